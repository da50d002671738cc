Gem::Specification.new do |spec|
  spec.name = "renderer"
  spec.version = "1.0.0"
  spec.summary = "Renders the common part of Markdown."
  spec.authors = ["Open Runtimes"]
  spec.files = Dir["lib/**/*.rb", base: __dir__]
end
