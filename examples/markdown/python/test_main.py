import unittest
from types import SimpleNamespace
from unittest.mock import Mock

from main import handler


def render(payload):
    """What is answered: the text, or the status of a refusal."""
    res = Mock()
    handler(SimpleNamespace(payload=payload), res)
    return res.send.call_args.args[0] if res.send.called else res.json.call_args.args[1]


class Markdown(unittest.TestCase):
    def test_html_comes_out_as_text(self):
        self.assertEqual(render({"markdown": "*a* <b>b</b>"}), "<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n")

    def test_only_harmless_links_are_links(self):
        self.assertIn('href="https://example.org"', render({"markdown": "[a](https://example.org)"}))
        for url in "javascript:alert(1)", "JaVaScRiPt:1", "javascript&colon;1", "data:text/html,1":
            self.assertNotIn("href", render({"markdown": f"[a]({url})"}), url)

    def test_a_source_is_needed(self):
        for payload in None, {}, {"markdown": 1}, "# a":
            self.assertEqual(render(payload), 400)
