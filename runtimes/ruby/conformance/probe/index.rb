# The entrypoint. Its counter is a variable of the file's own self, which is the handler's too.
require_relative "interpreter"

@probe = Probe.new("index.rb")

def handler(req, res)
  @probe.call(req, res)
end
