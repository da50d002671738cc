require "minitest/autorun"
require_relative "index"

class GreetingTest < Minitest::Test
  def test_greets
    { { "name" => "Ada" } => "Hello, Ada!", {} => "Hello, world!" }.each do |payload, message|
      res = Minitest::Mock.new
      res.expect(:json, nil, [{ message: message }])
      handler(Struct.new(:payload).new(payload), res)
      assert_mock res
    end
  end
end
