"""Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text."""

from markdown_it import MarkdownIt

# The preset lets HTML through, which this turns off. Links to scripts are never made.
markdown = MarkdownIt("commonmark", {"html": False})


def handler(req, res):
    source = req.payload.get("markdown") if isinstance(req.payload, dict) else None
    if not isinstance(source, str):
        return res.json({"error": "payload.markdown must be a string"}, 400)
    res.send(markdown.render(source), 200, {"Content-Type": "text/html; charset=utf-8"})
