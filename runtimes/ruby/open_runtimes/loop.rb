# frozen_string_literal: true

# The event loop: all connections, and the calls that come of them.
#
# Handing each call to a thread of its own would cost more than most calls do. So a function that has been
# brief runs right here, on the thread that read its request. If such a call turns out to be slow, a
# watcher notices within a few milliseconds and lets another thread go on with the loop: the one that is held
# up finishes its call and is then a thread of the pool like any other.

module OpenRuntimes
  class Loop
    CALLS = 64 # at once; with the loop, the watcher and Ruby's own, well under 128 threads
    GRACE = 3 # seconds that half a request has to become whole once the loop stops

    attr_reader :now, :stopping, :space
    attr_accessor :running # calls

    def initialize(server)
      @server = server
      @stopping = false
      @connections = {}.compare_by_identity # by socket
      @readable = []
      @writable = []
      @now = @swept = Clock.now
      @space = String.new(capacity: Connection::READ) # what is read is here for a moment
      @pool = Pool.new(CALLS + 1)
      @running = 0
      @held = 0 # calls that have a thread
      @owner = nil # the thread that runs the loop
      @watcher = Watcher.new
      @posted = Thread::Queue.new
      @woken = false
      @displaced = Object.new
      @waker, @wakes = IO.pipe
      @listener = nil
    end

    # Serves for good. The calling thread is the watcher from here on: it must be the main thread, because that is
    # the one that Ruby hands signals to, and no function's, because it must always be there to take them.
    def start(port)
      @listener = TCPServer.new("0.0.0.0", port)
      @listener.listen(1024)
      @readable.push(@waker, @listener)
      @pool.submit(method(:run))
      Thread.handle_interrupt(Exception => :never) do
        Thread.handle_interrupt(Exception => :immediate) { @watcher.watch { displace } }
      rescue Exception => error # rubocop:disable Lint/RescueException
        OpenRuntimes.log(error) # raised in the main thread by something that runs in the background
        retry
      end
    end

    # From a signal's handler, which may take no lock.
    def stop_soon = @wakes.write_nonblock("s", exception: false)

    # Has the loop do something: the one method for other threads.
    def post(&work)
      @posted << work
      return if @woken

      @woken = true
      @wakes.write_nonblock("p", exception: false)
    end

    # Does work that may block, then calls `finish` on the loop.
    def perform(connection, call, brief)
      @held += 1
      if !brief || @held > CALLS
        return @pool.submit(-> { end_of(connection, call) { call.run } })
      end

      here(connection, call)
    end

    def listen(socket)
      @readable << socket unless @readable.include?(socket)
    end

    def deafen(socket) = @readable.delete(socket)

    def expect_room(socket)
      @writable << socket unless @writable.include?(socket)
    end

    def forget_room(socket)
      @writable.delete(socket) unless @writable.empty?
    end

    def forget(socket)
      @connections.delete(socket)
      @readable.delete(socket)
      forget_room(socket)
    end

    # A function whose client went away has no connection any more, and still runs to its end.
    def exit_when_done
      @server.stopped if @stopping && @running.zero? && @connections.empty?
    end

    private

    # To the end of this thread's turn at it. A function may have kept the thread it ran on, to end it or to raise
    # something there when it is no longer its own.
    def run
      @owner = Thread.current
      catch(@displaced) do
        turn while true
      rescue Exception => error # rubocop:disable Lint/RescueException
        OpenRuntimes.log(error)
        retry
      end
    ensure
      displace if @owner.equal?(Thread.current)
    end

    def displace
      @owner = nil
      @pool.submit(method(:run))
    end

    def turn
      idle = @connections.empty? && !@stopping
      readable, writable = IO.select(@readable, @writable, nil, idle ? nil : 1)
      @now = Clock.now
      awake = false
      readable&.each do |socket|
        if socket.equal?(@waker) then awake = true
        elsif socket.equal?(@listener) then accept
        else hand_on(socket, &:read)
        end
      end
      writable&.each do |socket|
        hand_on(socket) do |connection|
          connection.write
          connection.advance
        end
      end
      woken if awake # last: what came with a signal came before it
      sweep if @now - @swept >= 1
      exit_when_done
    end

    # A fault of this server's own costs one client its connection, and not all of them.
    def hand_on(socket)
      connection = @connections[socket] or return
      yield connection
    rescue StandardError => error
      OpenRuntimes.log(error)
      connection.close
    end

    def accept
      until (client = @listener.accept_nonblock(exception: false)) == :wait_readable
        client.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
        @connections[client] = Connection.new(client, self, @server)
        @readable << client
      end
    rescue SystemCallError => error
      # No descriptors left, most likely. Clients in the queue are accepted when there are some again.
      OpenRuntimes.say("A connection could not be accepted: #{error.message}.")
      sleep 0.01
    end

    def sweep
      @swept = @now
      @connections.each_value.select { |connection| connection.deadline <= @now }.each(&:close)
    end

    # Nothing new is let in, and what runs is answered. Half a request gets a moment to become a whole one.
    def stop
      return if @stopping

      @stopping = true
      @readable.delete(@listener)
      @listener.close
      @connections.values.each do |connection| # rubocop:disable Style/HashEachMethods -- closing takes it out
        if connection.idle?
          connection.close
        elsif !connection.busy
          connection.deadline = [connection.deadline, @now + GRACE].min
        end
      end
    end

    def woken
      signals = @waker.read_nonblock(4096, exception: false)
      stop if signals.is_a?(String) && signals.include?("s")
      @woken = false
      until @posted.empty?
        begin
          @posted.pop.call
        rescue StandardError => error
          OpenRuntimes.log(error)
        end
      end
    end

    # Runs a call on the thread of the loop. If the loop has gone to another thread meanwhile, or the function has
    # ended this one, the rest is posted to it.
    def here(connection, call)
      complete = false
      @watcher.enter(call)
      call.run
      complete = true
    ensure
      at_home = @watcher.leave(call)
      if complete && at_home
        @held -= 1
        @server.finish(connection, call)
      else
        post { performed(connection, call) }
        throw @displaced if complete
      end
    end

    def end_of(connection, call)
      yield
    ensure
      post { performed(connection, call) }
    end

    def performed(connection, call)
      @held -= 1
      @server.finish(connection, call)
      connection.advance
    end
  end
end
