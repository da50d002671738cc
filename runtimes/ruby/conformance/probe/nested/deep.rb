# In a sub-folder, with a constant that sibling.rb has as well.
require_relative "../interpreter"

PROBE = Probe.new("nested/deep.rb")

def handler(req, res) = PROBE.call(req, res)
