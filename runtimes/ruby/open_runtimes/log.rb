# frozen_string_literal: true

# What the runtime itself writes to the container's log.

module OpenRuntimes
  # In one write, so that no line of another thread comes in between. A log that is gone stops nobody.
  def self.say(text)
    STDERR.write("#{text}\n") # rubocop:disable Style/GlobalStdStream -- a function may have put another there
  rescue SystemCallError, IOError
    nil
  end

  def self.log(error) = say(describe(error)[2])
end
