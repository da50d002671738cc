# A handler of a class, and a method at the top level that leads there.
require_relative "interpreter"

class Handler
  PROBE = Probe.new("delegating.rb")

  def call(...) = PROBE.call(...)
end

def handler(...) = Handler.new.call(...)
