# frozen_string_literal: true

# The server's own tests: how a request is read, what may be in its body, and what an answer is made of.
# They run in the image, `cargo test -p conformance --test units ruby`, and stay out of it.

require "minitest/autorun"
require_relative "../server"

Dir.glob("*_test.rb", base: __dir__).sort.each { |name| require_relative name }
