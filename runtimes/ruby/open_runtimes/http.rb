# frozen_string_literal: true

# Requests, out of the bytes of one connection. Ruby has no parser of HTTP without a server around it, and every
# server starts several times as slowly as Ruby itself, so this is one of its own, and it is strict: what two
# parsers could read in two ways is refused.

require_relative "message"

module OpenRuntimes
  LARGEST_HEAD = 65_536
  LARGEST_LINE = 4_096 # of those between chunks
  HEAD_TOO_LARGE = [431, [], ""].freeze
  # What keeps a head that is not whole from becoming one: its end would be waited for in vain.
  HOPELESS = /\r(?!\n|\z)|(?<!\r)\n/n
  BEGINNING = /\G(?:\r\z|[!#$%&'*+.^`|~\w-])/n
  CHUNK = /\A(?=\h)0*+(?<size>\h{0,15})(?:[ \t]*+;[\t\x20-\x7e\x80-\xff]*+)?\z/n
  TRAILER = /\A[!#$%&'*+.^`|~\w-]++:[\t\x20-\x7e\x80-\xff]*+\z/n

  # `whole` has the requests read so far. After a `refusal` there are no more.
  class Reader
    attr_reader :message, :whole, :refusal
    attr_accessor :waits # the client holds its body back until it is told to go on

    # The server is asked whether to let a request in as soon as its head is there.
    def initialize(server)
      @server = server
      @message = nil
      @whole = []
      @refusal = nil
      @waits = false
      @held = nil # bytes that are not enough for a step
    end

    # The bytes may be the caller's to write over afterwards: what is kept of them is copied.
    def feed(data)
      return if @refusal

      known = 0
      if @held
        known = @held.bytesize
        data = @held << data
        @held = nil
      end
      position = 0
      position = step(data, position, known) while position && position < data.bytesize
    rescue Refused => error
      @refusal = error.answer
    end

    # Whether all that came has been taken.
    def between? = @message.nil? && @held.nil? && @whole.empty? && @refusal.nil?

    private

    # Takes one piece, and gives back where the next begins; nil if it is not whole.
    def step(data, position, known)
      return begin_message(data, position, known) unless @message

      case @state
      when :body then take(data, position)
      when :size then line(data, position) { |text| begin_chunk(text) }
      when :gap then line(data, position) { |text| end_chunk(text) }
      else line(data, position) { |text| skip_trailer(text) }
      end
    end

    def begin_message(data, position, known)
      return position + 2 if data.byteslice(position, 2) == "\r\n" # an empty line before a request means nothing

      ending = data.index("\r\n\r\n", [position, known - 3].max)
      size = (ending ? ending + 4 : data.bytesize) - position
      raise Refused, HEAD_TOO_LARGE if size > LARGEST_HEAD
      return hold_head(data, position, known) unless ending

      message = Message.new(data.byteslice(position, size))
      @message = message
      @server.admit(message)
      position = ending + 4
      return begin_chunks(message, position) if message.chunked?

      length = message.length
      limit(length)
      if data.bytesize - position >= length # as most are
        message.body = data.byteslice(position, length)
        complete
        return position + length
      end
      message.body = String.new
      @state = :body
      @missing = length
      @waits = message.waits?
      position
    end

    def hold_head(data, position, known)
      raise Refused, BAD if data.index(HOPELESS, [position, known - 1].max)
      raise Refused, BAD unless data.match?(BEGINNING, position)

      hold(data, position)
    end

    def begin_chunks(message, position)
      message.body = String.new
      @state = :size
      @spent = 0
      @waits = message.waits?
      position
    end

    def take(data, position)
      @waits = false
      piece = data.byteslice(position, @missing)
      @message.body << piece
      @missing -= piece.bytesize
      if @missing.zero?
        @message.chunked? ? @state = :gap : complete
      end
      position + piece.bytesize
    end

    def line(data, position)
      @waits = false
      ending = data.index("\r\n", position)
      raise Refused, BAD if (ending || data.bytesize) - position > LARGEST_LINE
      return hold(data, position) unless ending

      yield data.byteslice(position, ending - position)
      ending + 2
    end

    def begin_chunk(text)
      digits = text[CHUNK, :size] or raise Refused, BAD
      @missing = digits.hex # of none, if all were zeros, that is 0
      limit(@message.body.bytesize + @missing)
      @state = @missing.zero? ? :trailer : :body
    end

    def end_chunk(text)
      raise Refused, BAD unless text.empty?

      @state = :size
    end

    # Fields after a chunked body, which nobody asks for, and which are read as any others.
    def skip_trailer(text)
      return complete if text.empty?

      raise Refused, BAD unless TRAILER.match?(text)

      @spent += text.bytesize
      raise Refused, HEAD_TOO_LARGE if @spent > LARGEST_HEAD
    end

    def complete
      @waits = false
      @whole << @message
      @message = nil
    end

    def hold(data, position)
      @held = data.byteslice(position, data.bytesize)
      nil
    end

    def limit(size)
      raise Refused, @server.too_large if size > @server.limit
    end
  end
end
