# frozen_string_literal: true

# JSON as the contract wants it: nothing that other parsers would refuse, nor too deep for any of them.

require "json"

module OpenRuntimes
  module Json
    # More brackets are open at once than a parser should have to follow.
    class TooDeep < StandardError; end

    # No JSON.
    class Malformed < StandardError; end

    # What the parser makes of a number with a fraction or an exponent.
    class Finite
      def self.try_convert(digits)
        number = digits.to_f
        raise Malformed if number.infinite?

        number
      end
    end

    DEEPEST = 512
    PARSING = { max_nesting: DEEPEST, decimal_class: Finite }.freeze

    STRING = /"[^"\\]*+(?:\\.[^"\\]*+)*+"?/mn
    COMMENT = %r{/[/*]}
    PLAIN_ESCAPES = "\"\\/bfnrt".bytes.freeze
    BACKSLASH = "\\".b.freeze

    # The value. The parser counts how deep it is, and gives up in time.
    def self.parse(data)
      text = data.force_encoding(Encoding::UTF_8)
      raise Malformed unless text.valid_encoding?

      check_escapes(text.b) if text.include?(BACKSLASH)
      # The parser passes over comments. Nothing but a string may hold a slash.
      raise Malformed if text.match?(COMMENT) && text.b.gsub(STRING, "").include?("/")

      JSON::Parser.new(text, **PARSING).parse
    rescue JSON::NestingError
      raise TooDeep
    rescue JSON::ParserError, EncodingError
      raise Malformed
    end

    # The parser takes \x for an x, and half of a surrogate pair for a character that cannot be written again.
    def self.check_escapes(text)
      position = 0
      while (position = text.index(BACKSLASH, position))
        letter = text.getbyte(position + 1)
        if PLAIN_ESCAPES.include?(letter)
          position += 2
        elsif letter == 0x75
          position += character(text.byteslice(position, 12))
        else
          raise Malformed
        end
      end
    end

    # The length of an escaped character: one escape, or the two of a surrogate pair.
    def self.character(text)
      case text
      when /\A\\u(?:[0-9a-cefA-CEF]\h{3}|[dD][0-7]\h\h)/ then 6
      when /\A\\u[dD][89abAB]\h\h\\u[dD][c-fC-F]\h\h/ then 12
      else raise Malformed
      end
    end

    def self.encode(value)
      state = JSON::State.new
      state.max_nesting = DEEPEST
      state.generate(value)
    end
  end
end
