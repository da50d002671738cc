# frozen_string_literal: true

# One client: answers its requests one after another, in the order they came.

module OpenRuntimes
  # Touched only by the thread that runs the loop.
  class Connection
    READ = 262_144
    WRITTEN_AT_ONCE = 65_536 # a longer answer is not joined to its head: that would copy it
    IDLE = 75 # seconds without a byte, while this side waits for one
    LINGER_SILENCE = 2
    LINGER = 30
    CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n"

    attr_reader :busy
    attr_accessor :deadline

    def initialize(socket, loop, server)
      @socket = socket
      @loop = loop
      @server = server
      @reader = Reader.new(server)
      @busy = false # a call runs for it
      @ended = false # the client sends nothing more
      @last = false # closes after this answer
      @unsent = []
      @lingers = nil # until when it reads on, only to let the client read the answer
      @deadline = loop.now + IDLE
    end

    def read
      data = @socket.read_nonblock(READ, @loop.space, exception: false)
      return if data == :wait_readable

      if @lingers
        @deadline = [@loop.now + LINGER_SILENCE, @lingers].min
        return data ? nil : close
      end
      if data
        @reader.feed(data)
      else
        @ended = true # it may still wait for an answer
        @loop.deafen(@socket)
      end
      advance
      # The next request waits for its turn, and its rest with the client.
      @loop.deafen(@socket) if @busy && !@reader.between?
    rescue SystemCallError, IOError
      close
    end

    # Handles what has come so far.
    def advance
      until @busy || @lingers || !@unsent.empty? || @socket.nil?
        if (message = @reader.whole.shift)
          receive(message)
        elsif @reader.refusal
          refuse(@reader.refusal)
        elsif @ended
          close # what else came is half a request, and the rest will not come
        elsif @reader.waits
          @reader.waits = false
          transmit(CONTINUE)
        else
          @deadline = @loop.now + IDLE unless @loop.stopping
          return
        end
      end
    end

    # Sends an answer: status, fields, body. If the client has gone, nobody reads it.
    def reply(answer, bodiless: false)
      @busy = false
      return unless @socket

      status, fields, body = answer
      @last = true if @loop.stopping || (@ended && @reader.whole.empty?)
      head = +"HTTP/1.1 #{status} \r\n#{Clock.date}"
      fields.each { |name, value| head << name << ": " << value << "\r\n" }
      head << "Content-Length: " << body.bytesize.to_s << "\r\n" unless status == 204 || status == 304
      head << "Connection: close\r\n" if @last
      head << "\r\n"
      return transmit(head) if bodiless || body.empty?

      body.bytesize > WRITTEN_AT_ONCE ? transmit(head, body) : transmit(head << body)
    end

    def write
      until @unsent.empty?
        piece = @unsent.first
        sent = @socket.write_nonblock(piece, exception: false)
        return @loop.expect_room(@socket) if sent == :wait_writable

        @deadline = @loop.now + IDLE
        sent == piece.bytesize ? @unsent.shift : @unsent[0] = piece.byteslice(sent, piece.bytesize)
      end
      @loop.forget_room(@socket)
      sent_all
    rescue SystemCallError, IOError
      close
    end

    def idle? = !@busy && @unsent.empty? && !@lingers && @reader.between?

    def close
      return unless @socket

      @loop.forget(@socket)
      @socket.close
      @socket = nil
      @unsent.clear
    end

    private

    def receive(message)
      @busy = true
      @deadline = Float::INFINITY
      @last = message.last?
      @server.receive(self, message.body)
    end

    # An answer given before the whole request was read is the last of its connection.
    def refuse(answer)
      @last = true
      @lingers = @loop.now + LINGER
      reply(answer, bodiless: @reader.message&.method == "HEAD")
    end

    def transmit(*pieces)
      if pieces.length == 1 # as most are
        sent = @socket.write_nonblock(pieces.first, exception: false)
        return sent_all if sent == pieces.first.bytesize

        pieces[0] = pieces.first.byteslice(sent, pieces.first.bytesize) unless sent == :wait_writable
      end
      @unsent = pieces
      write
    rescue SystemCallError, IOError
      close
    end

    def sent_all
      if @lingers && !@ended
        # Closed over unread bytes, a connection takes its answer with it.
        @deadline = @loop.now + LINGER_SILENCE
        @socket.shutdown(Socket::SHUT_WR)
        @loop.listen(@socket)
      elsif @last
        close
      elsif !@ended
        @loop.listen(@socket)
      end
    end
  end
end
