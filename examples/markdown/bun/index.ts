// Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text.

import MarkdownIt from "markdown-it";

type Request = { payload: { markdown?: unknown } };
type Response = {
  json(value: unknown, status?: number): void;
  send(text: string, status?: number, headers?: Record<string, string>): void;
};

// The preset lets HTML through, which this turns off. Links to scripts are never made.
const markdown = new MarkdownIt("commonmark", { html: false });

export default (req: Request, res: Response) => {
  const source = req.payload.markdown;
  if (typeof source !== "string") return res.json({ error: "payload.markdown must be a string" }, 400);
  res.send(markdown.render(source), 200, { "Content-Type": "text/html; charset=utf-8" });
};
