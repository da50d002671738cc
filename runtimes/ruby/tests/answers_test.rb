# frozen_string_literal: true

require "json"

# What an answer is made of: a function's, and the runtime's own.
class AnswersTest < Minitest::Test
  TEXT = ["Content-Type", "text/plain; charset=utf-8"].freeze

  # A call that keeps what its response tells.
  class Call
    attr_reader :outcomes

    def initialize
      @outcomes = []
    end

    def settle(answer) = @outcomes << answer

    def refuse(error) = @outcomes << error
  end

  # The answer that comes of the block; nil if it is refused.
  def answered
    call = Call.new
    yield OpenRuntimes::Response.new(call)
    assert_equal 1, call.outcomes.length
    call.outcomes.first.is_a?(Exception) ? nil : call.outcomes.first
  end

  def test_each_kind_has_its_type
    assert_equal([200, [TEXT], "é\0".b], answered { |res| res.send("é\0") })
    assert_equal([200, [TEXT], ""], answered { |res| res.send("") })
    assert_equal([201, [["Content-Type", "application/json"]], '{"a":[1,"b"]}'],
                 answered { |res| res.json({ a: [1, "b"] }, 201) })
    assert_equal([200, [["Content-Type", "application/octet-stream"]], "\0\xff".b],
                 answered { |res| res.bytes("\0\xff") })
  end

  def test_bytes_are_copied
    mine = +"abc"
    answer = answered { |res| res.bytes(mine) }
    mine.replace("xyz")
    assert_equal "abc", answer.last
  end

  def test_headers
    { {} => [TEXT],
      { "X-A" => "1" } => [%w[X-A 1], TEXT],
      { "X-A": "1" } => [%w[X-A 1], TEXT],
      { "content-TYPE" => "text/html" } => [%w[content-TYPE text/html]],
      { "Set-Cookie" => ["a=1", "b=2"] } => [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"], TEXT] }
      .each { |headers, fields| assert_equal(fields, answered { |res| res.send("", 200, headers) }[1]) }
  end

  def test_headers_that_are_refused
    forbidden = %w[Content-Length transfer-encoding CONNECTION Date X-Internal-Error x-internal-a]
    names = [*forbidden, "", "a b", "a:", "a\r\n", "é", "a\0", 1]
    values = ["a\rb", "a\nb", "a\0b", 1, nil, [1], ["a\n"], {}]
    [*names.map { |name| { name => "1" } }, *values.map { |value| { "X-A" => value } }, [%w[X-A 1]], "X-A: 1", nil]
      .each { |headers| assert_nil(answered { |res| res.send("", 200, headers) }, headers.inspect) }
  end

  def test_status
    [200, 418, 599].each { |status| assert_equal(status, answered { |res| res.send("a", status) }.first) }
    [204, 205, 304].each { |status| assert_equal([status, [], ""], answered { |res| res.send("a", status) }) }
    [199, 600, 0, -200, 200.5, 200.0, "200", nil, true, Float::NAN]
      .each { |status| assert_nil(answered { |res| res.send("a", status) }, status.inspect) }
  end

  def test_values_that_are_refused
    [->(res) { res.send(1) }, ->(res) { res.send("\xff") }, ->(res) { res.bytes(1) },
     ->(res) { res.json(Float::NAN) }].each { |act| assert_nil(answered(&act)) }
  end

  def test_each_kind_of_runtime_error
    OpenRuntimes::RuntimeAnswer::STATUS.each do |kind, code|
      status, fields, body = OpenRuntimes::RuntimeAnswer.new(kind, "Why.").answer
      assert_equal [code, { "code" => code, "message" => "Why." }], [status, JSON.parse(body)]
      assert_equal [["Content-Type", "application/json"], ["X-Internal-Error", kind]], fields
    end
  end

  def test_a_stack_and_a_field_of_its_own
    error = OpenRuntimes::RuntimeAnswer.new("load-failed", "Why.", stack: "at a\nat b", fields: [%w[Allow POST]])
    assert_equal "at a\nat b", JSON.parse(error.answer.last)["stack"]
    assert_includes error.answer[1], %w[Allow POST]
  end

  def test_what_is_said_of_an_error
    text, message, stack = OpenRuntimes.describe(ArgumentError.new("first\nsecond \xff"))
    assert_equal ["ArgumentError: first", "first"], [text, message]
    assert_includes stack, "second"
    assert_predicate stack, :valid_encoding?
  end

  def test_an_error_that_fails_when_asked
    awkward = Class.new(StandardError) { def message = raise }
    assert_equal "an exception without a name", OpenRuntimes.describe(awkward.new).first
  end
end
