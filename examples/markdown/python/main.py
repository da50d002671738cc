"""Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text."""

import re

from markdown_it import MarkdownIt

# The preset lets HTML through, which this turns off.
markdown = MarkdownIt("commonmark", {"html": False})

# A list of what is allowed: browsers read more spellings of `javascript:` than a list of what is not could have.
markdown.validateLink = re.compile(r"(?:https?|mailto):|[^:/?#]*(?:[/?#]|$)", re.IGNORECASE).match


def handler(req, res):
    source = req.payload.get("markdown") if isinstance(req.payload, dict) else None
    if not isinstance(source, str):
        return res.json({"error": "payload.markdown must be a string"}, 400)
    res.send(markdown.render(source), 200, {"Content-Type": "text/html; charset=utf-8"})
