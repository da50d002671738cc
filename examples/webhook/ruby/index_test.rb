require "minitest/autorun"
require_relative "index"

class WebhookTest < Minitest::Test
  Request = Struct.new(:payload, :headers, :env)
  Response = Struct.new(:status) do
    def json(_, status = 200) = self.status = status
  end

  BODY = '{"action":"opened"}'.freeze
  SIGNATURE = "sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe".freeze

  def test_only_the_right_signature_is_let_in
    assert_equal 200, status(BODY, SIGNATURE)
    assert_equal 401, status("{}", SIGNATURE)
    ["", "sha256=", SIGNATURE[..-2], SIGNATURE[7..], SIGNATURE.upcase, "sha256=é"].each do |wrong|
      assert_equal 401, status(BODY, wrong), wrong
    end
  end

  def test_what_cannot_be_verified_is_refused
    assert_equal 500, status(BODY, SIGNATURE, {})
    [nil, {}, 1].each { |payload| assert_equal 400, status(payload, SIGNATURE) }
  end

  private

  # The status for a webhook that came with this signature.
  def status(payload, signature, env = { "WEBHOOK_SECRET" => "example-secret" })
    res = Response.new
    handler(Request.new(payload, { "X-Hub-Signature-256" => signature }, env), res)
    res.status
  end
end
