# A constant of the same name in another file is another constant.
require_relative "interpreter"

PROBE = Probe.new("sibling.rb")

def handler(req, res) = PROBE.call(req, res)
