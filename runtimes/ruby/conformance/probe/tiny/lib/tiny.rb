# A gem, as small as one can be.
module Tiny
  VERSION = "1.2.3".freeze

  def self.twice(text) = text * 2
end
