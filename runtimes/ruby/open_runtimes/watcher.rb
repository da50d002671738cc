# frozen_string_literal: true

# Notices when a call holds up the thread of the loop.

module OpenRuntimes
  class Watcher
    TICK = 0.002
    CALM = 500 # ticks with calls of which none had to be left behind, after which they become longer
    LONG_TICK = 0.02 # because each costs a turn of the lock under which Ruby runs
    RESTING = 50 # ticks without a call after which it waits to be woken

    def initialize
      @inside = [] # the call that runs on the loop's own thread, if any
      @turns = 0
      @resting = false
      @alarm = Thread::Queue.new
    end

    def enter(call)
      @turns += 1
      @inside << call
      return unless @resting

      @resting = false
      @alarm << nil
    end

    # Whether the loop is still where the call began.
    def leave(call) = !@inside.delete(call).nil?

    # Yields when the loop has to go on elsewhere.
    def watch
      idle = calm = 0
      while true # `loop` would be a line in every stack
        before = @turns
        sleep(calm > CALM ? LONG_TICK : TICK)
        if @turns != before
          idle = 0
          calm += 1
        elsif @inside.pop
          calm = 0
          yield
        elsif (idle += 1) > RESTING
          rest
          idle = 0
        end
      end
    end

    private

    def rest
      @resting = true
      @alarm.pop if @inside.empty?
      @resting = false
      @alarm.clear
    end
  end
end
