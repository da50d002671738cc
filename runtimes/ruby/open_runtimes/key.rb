# frozen_string_literal: true

# The key that callers must send.

module OpenRuntimes
  class Key
    def initialize(bytes)
      @length = bytes.bytesize
      @words = words(bytes)
    end

    # Looks at every byte of the key, even after one that differs: timing tells nothing about the key. Ruby's own way
    # to do this is OpenSSL's, which takes 20 ms of the start to load.
    def same?(sent)
      difference = sent.bytesize ^ @length
      others = words(sent)
      index = @words.length
      difference |= @words[index] ^ others[index] while (index -= 1) >= 0
      difference.zero?
    end

    def inspect = "#<key>"

    private

    # Four bytes at a time, which takes a quarter of the turns. What is too short is filled up, what is too long is cut.
    def words(bytes) = bytes.byteslice(0, @length).ljust((@length + 3) / 4 * 4, "\0").unpack("L*")
  end
end
