Gem::Specification.new do |spec|
  spec.name = "tiny"
  spec.version = "1.2.3"
  spec.summary = "The dependency of the probe."
  spec.authors = ["Open Runtimes"]
  spec.files = ["lib/tiny.rb"]
end
