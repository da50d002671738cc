# frozen_string_literal: true

require_relative "cases"

# What counts as JSON, and how answers are written in it.
class JsonTest < Minitest::Test
  Json = OpenRuntimes::Json

  def verdict(data)
    Json.parse(data)
    "valid"
  rescue Json::TooDeep
    "too-deep"
  rescue Json::Malformed
    "invalid"
  end

  def test_cases
    Cases.of("json").each do |one|
      allowed = one["is"] == "either" ? %w[valid invalid] : [one["is"]]
      assert_includes allowed, verdict(Cases.joined(one["body"])), one["name"]
    end
  end

  def test_numbers_beyond_a_double_are_refused
    assert_equal "invalid", verdict(+"[1e400]")
    assert_equal "invalid", verdict(+"[-1.0e400]")
  end

  def test_half_a_surrogate_pair_is_refused
    assert_equal "invalid", verdict(+'"\ud800"')
    assert_equal "invalid", verdict(+'"\ud800\u0041"')
  end

  def test_it_is_written_without_spaces_and_as_utf8
    assert_equal '{"é":[1,null,true,"\u0000"]}', Json.encode({ "é" => [1, nil, true, "\0"] })
  end

  def test_what_has_no_json_is_refused
    circle = []
    circle << circle
    [Float::NAN, Float::INFINITY, circle, "\xff"].each do |value|
      assert_raises(StandardError, value.class.name) { Json.encode(value) }
    end
  end
end
