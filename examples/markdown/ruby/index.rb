# Renders Markdown to HTML that is safe to show: what is HTML in the source is shown as text.

require "renderer"

def handler(req, res)
  source = req.payload["markdown"] if req.payload.is_a?(Hash)
  return res.json({ error: "payload.markdown must be a string" }, 400) unless source.is_a?(String)

  res.send(Renderer.render(source), 200, { "Content-Type" => "text/html; charset=utf-8" })
end
