# frozen_string_literal: true

# Answers made by the runtime, not by the function: what the contract calls runtime errors.

module OpenRuntimes
  class RuntimeAnswer < StandardError
    STATUS = {
      "unauthorized" => 401,
      "method-not-allowed" => 405,
      "too-large" => 413,
      "bad-request" => 400,
      "code-not-found" => 404,
      "load-failed" => 500,
      "function-error" => 500,
      "no-response" => 500,
      "invalid-response" => 500,
    }.freeze

    attr_reader :answer

    def initialize(kind, message, stack: nil, fields: [])
      super(message)
      body = { code: STATUS.fetch(kind), message: message }
      body[:stack] = stack if stack
      fields = [["Content-Type", "application/json"], ["X-Internal-Error", kind], *fields]
      @answer = [STATUS.fetch(kind), fields, Json.encode(body).b]
    end
  end

  OWN_LINE = %r{\A\tfrom #{Regexp.escape(File.dirname(__dir__))}/}

  # What there is to say about an exception, which may fail when asked: its class and message, its message, all of it
  # but the lines of this server.
  def self.describe(error)
    name = error.class.name || "an exception without a name"
    begin
      message = first_line(printable(error.message))
      stack = printable(error.full_message(highlight: false, order: :top))
      stack = stack.lines.grep_v(OWN_LINE).join.chomp
    rescue Exception # rubocop:disable Lint/RescueException
      message = ""
      stack = "#{name}, which cannot be shown."
    end
    [message.empty? ? name : "#{name}: #{message}", message.empty? ? name : message, stack]
  end

  def self.first_line(text) = text.each_line(chomp: true).first || ""

  # Text that JSON can carry, whatever bytes a message was made of.
  def self.printable(text)
    text = String.new(text.to_s)
    return text.force_encoding(Encoding::UTF_8).scrub if text.encoding == Encoding::BINARY

    text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
  end
end
