# frozen_string_literal: true

# The tables of conformance/cases, which all languages read.

require "json"

module Cases
  FOLDER = File.expand_path("../../../conformance/cases", __dir__)

  def self.of(name)
    table = JSON.parse(File.read("#{FOLDER}/#{name}.json", encoding: "UTF-8"))
    raise "#{name}.json has no cases" if table.empty?

    table
  end

  # The bytes of a case: text, text that is repeated, and bytes in hexadecimal.
  def self.joined(pieces) = pieces.map { |one| piece(one) }.join

  def self.piece(one)
    case one
    when Hash then [one.fetch("hex")].pack("H*")
    when Array then one[0].b * one[1]
    else one.b
    end
  end
end
