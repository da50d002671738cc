require "minitest/autorun"
require_relative "index"

class MarkdownTest < Minitest::Test
  Response = Struct.new(:answer) do
    def send(text, *) = self.answer = text

    def json(_, status) = self.answer = status
  end

  def test_html_comes_out_as_text
    assert_equal "<p><em>a</em> &lt;b&gt;b&lt;/b&gt;</p>\n", render({ "markdown" => "*a* <b>b</b>" })
  end

  def test_only_harmless_links_are_links
    assert_includes render({ "markdown" => "[a](https://example.org)" }), 'href="https://example.org"'
    ["javascript:alert(1)", "JaVaScRiPt:1", "data:text/html,1"].each do |url|
      refute_includes render({ "markdown" => "[a](#{url})" }), "href", url
    end
  end

  def test_a_source_is_needed
    [nil, {}, { "markdown" => 1 }, "# a"].each { |payload| assert_equal 400, render(payload) }
  end

  private

  # What is answered: the text, or the status of a refusal.
  def render(payload)
    res = Response.new
    handler(Struct.new(:payload).new(payload), res)
    res.answer
  end
end
