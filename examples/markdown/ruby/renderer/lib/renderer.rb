# The common part of Markdown: headings, paragraphs, lists, fenced code, emphasis, code, links. Everything that
# goes into the HTML is escaped on its way, so nothing of the source can be a tag.

require_relative "renderer/blocks"
require_relative "renderer/inline"

module Renderer
  def self.render(source) = Blocks.new(source).render
end
