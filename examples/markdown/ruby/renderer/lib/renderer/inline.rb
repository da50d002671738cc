module Renderer
  # What a line of text is made of. One pass from left to right; each piece is escaped when it is written.
  class Inline
    ENTITIES = { "&" => "&amp;", "<" => "&lt;", ">" => "&gt;", '"' => "&quot;" }.freeze
    ESCAPED = /\A\\([!-\/:-@\[-`{-~])/
    CODE = /\A(`+)(?!`)(.+?)(?<!`)\1(?!`)/m
    LINK = /\A\[((?:[^\[\]\\]|\\.)*+)\]\(\s*+<?([^ [:cntrl:]<>()]*+)>?(?:\s++"([^"]*+)")?\s*+\)/m
    STRONG = /\A(\*\*|__)(?=\S)(.+?\S|\S)\1/m
    EMPHASIS = /\A([*_])(?=[^\s*_])(.+?[^\s*_]|[^\s*_])\1(?![*_])/m
    BREAK = /\A(?: {2,}|\\)\n */
    PLAIN = /\A[^\\`\[*_\n ]+/
    SCHEME = /\A([a-z][a-z0-9+.-]*):/i
    SAFE = %w[http https mailto].freeze
    LONGEST = 1_000 # characters of emphasis, or of code in a line

    def self.render(text, links: true) = new(text, links).render

    def self.escape(text) = text.gsub(/[&<>"]/, ENTITIES)

    def initialize(text, links)
      @rest = text
      @links = links
      @html = +""
      @last = ""
    end

    def render
      piece until @rest.empty?
      @html
    end

    private

    def piece
      if (match = PLAIN.match(@rest)) then take(match, Inline.escape(match[0]))
      elsif (match = BREAK.match(@rest)) then take(match, "<br />\n")
      elsif (match = ESCAPED.match(@rest)) then take(match, Inline.escape(match[1]))
      elsif (match = find(CODE)) then take(match, code(match[2]))
      elsif @links && (match = LINK.match(@rest)) then take(match, link(match))
      elsif !inside_word? && (match = find(STRONG)) then take(match, tag("strong", match[2]))
      elsif !inside_word? && (match = find(EMPHASIS)) then take(match, tag("em", match[2]))
      else take(/\A./m.match(@rest), Inline.escape(@rest[0]))
      end
    end

    def take(match, html)
      @html << html
      @last = match[0][-1]
      @rest = @rest[match.end(0)..]
    end

    # Not to the end: text full of stars would be searched whole from each of them.
    def find(pattern) = pattern.match(@rest[0, LONGEST])

    def inside_word? = @rest.start_with?("_") && @last.match?(/\w/)

    def tag(name, text) = "<#{name}>#{Inline.render(text, links: @links)}</#{name}>"

    def code(text)
      text = text.tr("\n", " ")
      text = text[1..-2] if text.match?(/\A .*\S.* \z/)
      "<code>#{Inline.escape(text)}</code>"
    end

    # A link that could run something is shown as it was written.
    def link(match)
      text, target, title = match.captures
      scheme = target[SCHEME, 1]
      return Inline.escape(match[0]) if scheme && !SAFE.include?(scheme.downcase)

      title = title ? " title=\"#{Inline.escape(title)}\"" : ""
      "<a href=\"#{Inline.escape(target)}\"#{title}>#{Inline.render(text, links: false)}</a>"
    end
  end
end
