# frozen_string_literal: true

# The fields of a request's body: what each may be.

module OpenRuntimes
  module Fields
    UNTIDY = %r{//|/\.\.?/|/\.{0,2}\z}
    LEAVES = %r{\A\.\.(?:/|\z)}

    def self.text(body, name, default)
      value = body[name]
      return default if value.nil?

      demand(value.is_a?(String) && !value.empty?, name, "a non-empty string")
      value
    end

    def self.strings(body, name)
      value = body[name]
      return {} if value.nil?

      demand(value.is_a?(Hash) && value.each_value.all?(String), name, "an object of strings")
      value
    end

    def self.demand(valid, name, what)
      raise RuntimeAnswer.new("bad-request", "#{name} must be #{what}.") unless valid
    end

    def self.absolute?(path) = path.start_with?("/") && !path.include?("\0")

    # Lexical: no file system is asked, symbolic links are followed.
    def self.inside?(file)
      return false if file.start_with?("/") || file.include?("\0")

      !file.include?("..") || !LEAVES.match?(normal(file))
    end

    # The one name of a file under which it is known here.
    def self.tidy(path) = UNTIDY.match?(path) ? normal(path) : path

    # File.expand_path would look up the homes of users.
    def self.normal(path)
      absolute = path.start_with?("/")
      parts = []
      path.split("/").each do |part|
        next if part.empty? || part == "."
        next parts << part unless part == ".."

        if parts.empty? || parts.last == ".."
          parts << part unless absolute
        else
          parts.pop
        end
      end
      "#{"/" if absolute}#{parts.join("/")}"
    end
  end
end
