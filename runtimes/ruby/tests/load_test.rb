# frozen_string_literal: true

require "fileutils"
require "tmpdir"

# Code files: what is a handler, and that each file is loaded once, into a module of its own.
class LoadTest < Minitest::Test
  def setup
    @folder = Dir.mktmpdir
  end

  def teardown
    FileUtils.remove_entry(@folder)
  end

  def write(name, text)
    File.write("#{@folder}/#{name}", text)
  end

  def resolve(name) = OpenRuntimes.resolve_code(OpenRuntimes::Fields.tidy("#{@folder}/#{name}"))

  def failure(name)
    error = nil
    _, log = capture_subprocess_io do
      error = assert_raises(OpenRuntimes::RuntimeAnswer) { resolve(name) }
    end
    [error.answer.first, error.message, log]
  end

  def test_a_file_is_loaded_once
    write("a.rb", "def handler(req, res) = nil")
    assert_same resolve("a.rb"), resolve("a.rb")
    assert_same resolve("a.rb"), resolve("./x/../a.rb")
  end

  def test_two_files_may_define_the_same_names
    write("a.rb", "NAME = 1\n@mine = 2\ndef handler(req, res) = [NAME, @mine]")
    write("b.rb", "NAME = 3\n@mine = 4\ndef handler(req, res) = [NAME, @mine]")
    assert_equal([[1, 2], [3, 4]], %w[a.rb b.rb].map { |name| resolve(name).handler.call(nil, nil) })
  end

  def test_what_is_missing_is_not_remembered
    assert_equal [404, "Code file not found.", ""], failure("late.rb")
    write("late.rb", "def handler(req, res) = nil")
    assert_respond_to resolve("late.rb").handler, :call
  end

  def test_a_folder_is_no_file
    Dir.mkdir("#{@folder}/d.rb")
    assert_equal 404, failure("d.rb").first
  end

  def test_a_file_without_a_handler
    write("e.rb", "handler = 1")
    status, message, = failure("e.rb")
    assert_equal 500, status
    assert_includes message, "exports no handler: write"
  end

  def test_a_file_that_fails
    write("f.rb", "raise ArgumentError, 'the reason'")
    write("g.rb", "def (")
    assert_equal [500, "ArgumentError: the reason"], failure("f.rb").first(2)
    assert_includes failure("f.rb").last, "f.rb:1"
    assert_includes failure("g.rb")[1], "SyntaxError"
  end
end
