# frozen_string_literal: true

# The `res` of one call.

module OpenRuntimes
  class Response
    # They belong to the connection or to the runtime, not to the function.
    FORBIDDEN = /\A(?:content-length|transfer-encoding|connection|date|trailer|x-internal-.*)\z/i
    NAME = /\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\z/
    VALUE = /\A[\t\x20-\x7e\x80-\xff]*\z/n
    BODILESS = [204, 205, 304].freeze
    NO_HEADERS = {}.freeze

    # The call gets each answer, or the error that says why there is none, as the function gives it.
    def initialize(call)
      @call = call
    end

    def send(text, status = 200, headers = NO_HEADERS)
      respond("text/plain; charset=utf-8", status, headers) { encode_text(text) }
    end

    def json(value, status = 200, headers = NO_HEADERS)
      respond("application/json", status, headers) { Json.encode(value).b }
    end

    def bytes(bytes, status = 200, headers = NO_HEADERS)
      respond("application/octet-stream", status, headers) { copy_bytes(bytes) }
    end

    def inspect = "#<res>"

    private

    def respond(content_type, status, headers)
      answer = answer_of(content_type, yield, status, headers)
    rescue StandardError, SystemStackError => error
      @call.refuse(error)
    else
      @call.settle(answer)
    end

    def encode_text(text)
      raise TypeError, "res.send takes a String, not #{text.class}." unless text.is_a?(String)

      text = text.encode(Encoding::UTF_8)
      raise ArgumentError, "res.send takes text: for bytes there is res.bytes." unless text.valid_encoding?

      text.b
    end

    # A copy, because what the function does to its bytes afterwards must not change the answer.
    def copy_bytes(bytes)
      raise TypeError, "res.bytes takes a String, not #{bytes.class}." unless bytes.is_a?(String)

      bytes.b
    end

    def answer_of(content_type, body, status, headers)
      unless status.is_a?(Integer) && status.between?(200, 599)
        raise ArgumentError, "The status must be a whole number from 200 to 599, not #{status.inspect}."
      end

      fields = headers.equal?(NO_HEADERS) ? [] : header_fields(headers)
      return [status, fields, ""] if BODILESS.include?(status)

      typed = fields.any? { |name, _| name.casecmp?("content-type") }
      fields << ["Content-Type", content_type] unless typed
      [status, fields, body]
    end

    # Pairs of name and value. An Array of strings is one header for each.
    def header_fields(headers)
      raise TypeError, "The headers must be a Hash of strings." unless headers.is_a?(Hash)

      headers.flat_map do |name, value|
        name = name.to_s if name.is_a?(Symbol) # as {"X-Name": "value"} makes of it
        raise ArgumentError, "#{name.inspect} is no name of a header." unless name.is_a?(String) && NAME.match?(name)
        raise ArgumentError, "The header #{name} is not the function's to set." if FORBIDDEN.match?(name)

        (value.is_a?(Array) ? value : [value]).map { |one| [name, header_value(name, one)] }
      end
    end

    def header_value(name, value)
      bytes = value.b if value.is_a?(String)
      return bytes if bytes && VALUE.match?(bytes)

      raise ArgumentError, "The header #{name} must be a string or a list of strings, without line breaks."
    end
  end
end
