# frozen_string_literal: true

# The Date header, made once a second. Ruby's own for it loads a library.

module OpenRuntimes
  module Clock
    DAYS = %w[Sun Mon Tue Wed Thu Fri Sat].freeze
    MONTHS = %w[Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec].freeze

    @made = [0, ""]

    def self.date
      now = Process.clock_gettime(Process::CLOCK_REALTIME, :second)
      second, line = @made
      return line if second == now

      time = Time.at(now, in: "UTC")
      line = format("Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", DAYS[time.wday], time.day, MONTHS[time.month - 1],
                    time.year, time.hour, time.min, time.sec).b.freeze
      @made = [now, line]
      line
    end

    def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
