module Renderer
  # What a document is made of, line by line.
  class Blocks
    HEADING = /\A {0,3}(\#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*\z/
    FENCE = /\A {0,3}(`{3,}|~{3,})[ \t]*([^`]*)\z/
    RULE = /\A {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\z/
    ITEM = /\A( {0,3})(?:[-*+]|(\d{1,9})[.)])(?:[ \t]+|\z)/
    DEEPEST = 16 # lists within lists; what is deeper is text

    def initialize(source, depth = 0, tight: false)
      @lines = source.scrub.gsub(/\r\n?/, "\n").split("\n")
      @depth = depth
      @tight = tight # in a list without blank lines a paragraph has no tags
      @html = +""
    end

    def render
      block until @lines.empty?
      @html
    end

    private

    def block
      line = @lines.first
      if line.strip.empty? then @lines.shift
      elsif (fence = FENCE.match(line)) then code(fence)
      elsif (heading = HEADING.match(line)) then heading(heading)
      elsif RULE.match?(line) then rule
      elsif item?(line) then list
      else paragraph
      end
    end

    def rule
      @lines.shift
      @html << "<hr />\n"
    end

    def heading(match)
      @lines.shift
      level = match[1].length
      @html << "<h#{level}>#{Inline.render(match[2].to_s.strip)}</h#{level}>\n"
    end

    # To the fence that closes it, or to the end.
    def code(match)
      @lines.shift
      closing = /\A {0,3}#{Regexp.escape(match[1][0])}{#{match[1].length},}[ \t]*\z/
      body = []
      body << @lines.shift until @lines.empty? || closing.match?(@lines.first)
      @lines.shift
      language = match[2].split.first
      type = language ? " class=\"language-#{Inline.escape(language)}\"" : ""
      @html << "<pre><code#{type}>#{body.map { |line| "#{Inline.escape(line)}\n" }.join}</code></pre>\n"
    end

    def item?(line) = @depth < DEEPEST && ITEM.match?(line)

    def list
      number = ITEM.match(@lines.first)[2]
      tag = number ? "ol" : "ul"
      start = number && number.to_i != 1 ? " start=\"#{number.to_i}\"" : ""
      items = []
      while !@lines.empty? && (match = ITEM.match(@lines.first)) && !RULE.match?(@lines.first) &&
            match[2].nil? == number.nil?
        items << item(match)
      end
      tight = items.none? { |text| text.include?("\n\n") }
      inner = items.map do |text|
        html = Blocks.new(text, @depth + 1, tight: tight).render
        "<li>#{tight ? html.chomp : "\n#{html}"}</li>\n"
      end
      @html << "<#{tag}#{start}>\n#{inner.join}</#{tag}>\n"
    end

    # The lines of one item without what they are indented by: to a line that is not, and does not go on with its text.
    def item(match)
      width = match[0].length
      text = [@lines.shift[width..].to_s]
      until @lines.empty?
        line = @lines.first
        indented = line[/\A */].length >= [width, 2].max || line.strip.empty?
        break unless indented || !(text.last.strip.empty? || begins_block?(line))

        text << (indented ? @lines.shift.sub(/\A {0,#{width}}/, "") : @lines.shift)
      end
      text.join("\n").rstrip
    end

    def paragraph
      text = [@lines.shift]
      text << @lines.shift until @lines.empty? || @lines.first.strip.empty? || begins_block?(@lines.first)
      html = Inline.render(text.map(&:lstrip).join("\n").rstrip)
      @html << (@tight ? "#{html}\n" : "<p>#{html}</p>\n")
    end

    def begins_block?(line)
      HEADING.match?(line) || FENCE.match?(line) || RULE.match?(line) || item?(line)
    end
  end
end
