# frozen_string_literal: true

require_relative "cases"

# Requests out of bytes: what is whole, what is refused, and what more is waited for.
class HttpTest < Minitest::Test
  POST = "POST / HTTP/1.1\r\nHost: a\r\n"
  CHUNKED = "#{POST}Transfer-Encoding: chunked\r\n\r\n".freeze

  # A server that asks for a key only if it has one.
  class Asked
    def initialize(key = nil)
      @key = key && OpenRuntimes::Key.new(key)
    end

    def limit = 1_000_000

    def too_large = [413, [], ""]

    def admit(message)
      OpenRuntimes.authorise(message, @key) if @key
      OpenRuntimes.admit(message)
    rescue OpenRuntimes::RuntimeAnswer => error
      raise OpenRuntimes::Refused, error.answer
    end
  end

  # A reader that was given the bytes, some at a time, each time in the same place.
  def read(data, size: data.bytesize, server: Asked.new)
    reader = OpenRuntimes::Reader.new(server)
    place = String.new
    (0...data.bytesize).step(size) { |start| reader.feed(place.replace(data.byteslice(start, size))) }
    reader
  end

  def outcome(reader)
    return "refused" if reader.refusal

    reader.whole.empty? ? "part" : "whole"
  end

  def status(data, server: Asked.new) = read(data.b, server: server).refusal&.first

  def test_cases
    Cases.of("http").each do |one|
      data = Cases.joined(one["request"])
      # One byte at a time only while that is quick: what is held is copied each time.
      [data.bytesize, 1024, 7, 1].each do |size|
        next if data.bytesize / size > 10_000

        reader = read(data, size: size)
        name = "#{one["name"]}, #{size} bytes at a time"
        assert_equal one["is"], outcome(reader), name
        assert_equal one["body"], reader.whole.first.body.force_encoding("UTF-8"), name if one["is"] == "whole"
        assert_includes 400..499, reader.refusal.first, name if one["is"] == "refused"
      end
    end
  end

  def test_two_in_one_piece
    reader = read("#{POST}Content-Length: 1\r\n\r\na#{CHUNKED}1\r\nb\r\n0\r\n\r\n".b)
    assert_equal %w[a b], reader.whole.map(&:body)
    refute(reader.whole.any?(&:last?))
  end

  def test_the_last_of_its_connection
    { "#{POST}\r\n" => false,
      "#{POST}Connection: close\r\n\r\n" => true,
      "#{POST}Connection: Keep-Alive, Close\r\n\r\n" => true,
      "#{POST}Connection: keep-alive\r\n\r\n" => false,
      "POST / HTTP/1.0\r\n\r\n" => true }.each do |head, last|
      assert_equal last, read(head.b).whole.first.last?, head
    end
  end

  def test_a_held_back_body_is_asked_for
    head = "#{POST}Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    assert read(head.b).waits
    refute read("#{head}{".b).waits
    refute read("#{POST}Content-Length: 2\r\n\r\n".b).waits
  end

  def test_a_body_over_the_limit
    million = "a" * 1_000_000
    assert_nil status("#{POST}Content-Length: 1000000\r\n\r\n")
    assert_equal 413, status("#{POST}Content-Length: 1000001\r\n\r\n")
    assert_nil status("#{CHUNKED}f4240\r\n#{million}\r\n0\r\n\r\n")
    assert_equal 413, status("#{CHUNKED}f4240\r\n#{million}\r\n1\r\nb")
  end

  def test_another_method
    %w[GET HEAD PUT DELETE].each { |name| assert_equal 405, status("#{name} / HTTP/1.1\r\nHost: a\r\n\r\n") }
  end

  def test_the_key_is_asked_for_first_and_once
    keyed = Asked.new("secret")
    { "X-Internal-Challenge: secret" => nil,
      "x-INTERNAL-challenge:secret" => nil,
      "X-Other: secret" => 401,
      "X-Internal-Challenge: " => 401,
      "X-Internal-Challenge: secre" => 401,
      "X-Internal-Challenge: secrets" => 401,
      "X-Internal-Challenge: Secret" => 401,
      "X-Internal-Challenge: secret\r\nX-Internal-Challenge: secret" => 401,
      "X-Internal-Challenge: wrong\r\nX-Internal-Challenge: secret" => 401 }.each do |sent, expected|
      actual = status("#{POST}#{sent}\r\n\r\n", server: keyed)
      expected ? assert_equal(expected, actual, sent) : assert_nil(actual, sent)
    end
    assert_equal 401, status("GET / HTTP/1.1\r\nHost: a b\r\nContent-Length: 9999999\r\n\r\n", server: keyed)
  end

  def test_nothing_is_read_after_a_refusal
    reader = read("#{POST}Content-Length: 1000001\r\n\r\n".b)
    reader.feed("#{"a" * 1_000_001}#{POST}\r\n".b)
    assert_empty reader.whole
  end
end
