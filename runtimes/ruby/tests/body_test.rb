# frozen_string_literal: true

require_relative "cases"

# The fields of a request's body, and the rules of a file.
class BodyTest < Minitest::Test
  def test_cases
    Cases.of("bodies").each do |one|
      data = Cases.joined(one["body"])
      one["message"] ? refused(one, data) : taken(one, data)
    end
  end

  def refused(one, data)
    error = assert_raises(OpenRuntimes::RuntimeAnswer, one["name"]) { OpenRuntimes.parse(data, "ENTRYPOINT") }
    status, fields, body = error.answer
    assert_equal [400, "bad-request"], [status, fields.to_h["X-Internal-Error"]], one["name"]
    assert_equal one["message"], JSON.parse(body)["message"], one["name"]
  end

  def taken(one, data)
    path, file, request = OpenRuntimes.parse(data, "ENTRYPOINT")
    invocation = { "path" => path, "file" => file, **request.to_h.transform_keys(&:to_s) }
    assert_equal one["invocation"], invocation, one["name"]
  end

  def test_no_two_requests_share_a_default
    one, other = Array.new(2) { OpenRuntimes.parse(+"", "index.rb").last }
    %i[env headers payload].each { |name| refute_same one[name], other[name] }
  end

  def test_files
    Cases.of("files").each do |one|
      assert_equal one["inside"], OpenRuntimes::Fields.inside?(one["file"]), one["file"]
    end
  end

  def test_a_file_has_one_name
    ["/a/b/c", "/a//./b//c", "//a/d/../b/c", "/x/../a/b/./c", "/../a/b/c"].each do |name|
      assert_equal "/a/b/c", OpenRuntimes::Fields.tidy(name)
    end
  end
end
