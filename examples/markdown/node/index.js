'use strict';

// Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text.

const MarkdownIt = require('markdown-it');

// The preset lets HTML through, which this turns off.
const markdown = new MarkdownIt('commonmark', { html: false });

// A list of what is allowed: browsers read more spellings of `javascript:` than a list of what is not could have.
markdown.validateLink = (url) => /^(?:(?:https?|mailto):|[^:/?#]*(?:[/?#]|$))/i.test(url);

module.exports = (req, res) => {
  const source = req.payload.markdown;
  if (typeof source !== 'string') return res.json({ error: 'payload.markdown must be a string' }, 400);
  res.send(markdown.render(source), 200, { 'Content-Type': 'text/html; charset=utf-8' });
};
