# frozen_string_literal: true

# Code files: each is loaded into a module of its own, so two of them may define the same names.

module OpenRuntimes
  # A handler, and whether its calls are brief.
  #
  # A thread costs about as much as a call that takes BRIEF. On a busy machine any call may take longer once,
  # so it has to be several in a row, and what was put aside is given another chance now and then, ever less often.
  class Function
    BRIEF = 0.0005 # seconds
    SLOW_CALLS = 3
    PAUSE = 0.1
    LONGEST_PAUSE = 10

    attr_reader :handler

    def initialize(handler)
      @handler = handler
      @slow = 0 # calls in a row that were not brief
      @again = 0
    end

    def brief?(now) = @slow < SLOW_CALLS || now >= @again

    def took(begun, ended)
      if ended - begun < BRIEF
        @slow = 0
      else
        @slow += 1
        @again = ended + [PAUSE * @slow, LONGEST_PAUSE].min
      end
    end
  end

  module Code
    GEMS = "vendor/bundle/bundler/setup.rb" # the file in the package that build.sh makes

    # The function of a source file that exists.
    def self.load_function(source)
      self_of = nil
      begin
        require_gems(File.dirname(source))
        self_of = load_file(source)
      rescue Exception => error # rubocop:disable Lint/RescueException
        text, _, stack = OpenRuntimes.describe(error)
        OpenRuntimes.say(stack)
        raise RuntimeAnswer.new("load-failed", text, stack: stack), cause: nil
      end
      unless self_of
        raise RuntimeAnswer.new("load-failed", "#{source} exports no handler: " \
                                               'write "def handler(req, res) … end" at its top level.')
      end
      Function.new(self_of.method(:handler))
    end

    # Gems are looked for as Bundler looks for its Gemfile: in the folder of the file, then in those above.
    # What bundle install --standalone leaves there needs neither Bundler nor RubyGems to be loaded.
    def self.require_gems(folder)
      loop do
        setup = "#{folder.chomp("/")}/#{GEMS}"
        return require(setup) if File.file?(setup)
        return if folder == "/"

        folder = File.dirname(folder)
      end
    end

    # The object that the file calls self at its top level, if it defines a handler there. Ruby tells nobody, and
    # without it the instance variables that the file sets would be out of the handler's sight.
    def self.load_file(source)
      space = Module.new
      found = nil
      space.define_singleton_method(:method_added) do |name|
        found ||= ObjectSpace.each_object(space).first if name == :handler
      end
      load(source, space)
      found
    end
  end
end
