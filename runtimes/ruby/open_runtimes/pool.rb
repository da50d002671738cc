# frozen_string_literal: true

# Threads for what may block. One is started when there is work and none to do it, up to a limit.

module OpenRuntimes
  class Pool
    def initialize(most)
      @most = most
      @threads = 0
      @jobs = Thread::Queue.new
    end

    def submit(job)
      @jobs << job
      start if @jobs.length > @jobs.num_waiting && @threads < @most
    end

    private

    def start
      @threads += 1
      Thread.new { work }.name = "call"
    end

    def work
      while (job = @jobs.pop)
        job.call
        job = nil # or its request would be kept until the next one
      end
    ensure
      # A function has ended its own thread. What is still to be done is for another.
      @threads -= 1
      start unless @jobs.empty?
    end
  end
end
