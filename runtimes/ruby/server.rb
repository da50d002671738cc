# frozen_string_literal: true

# Serves the runtime contract, version 1, on sockets. It reads in the order of a request:
# load_configuration, authorise, parse, resolve_code, call, reply, shut_down.

require "socket"
require_relative "open_runtimes/log"
require_relative "open_runtimes/json"
require_relative "open_runtimes/runtime_answer"
require_relative "open_runtimes/date"
require_relative "open_runtimes/fields"
require_relative "open_runtimes/key"
require_relative "open_runtimes/http"
require_relative "open_runtimes/response"
require_relative "open_runtimes/connection"
require_relative "open_runtimes/pool"
require_relative "open_runtimes/watcher"
require_relative "open_runtimes/loop"
require_relative "open_runtimes/load"

module OpenRuntimes
  Configuration = Struct.new(:max_body, :entrypoint, :key)

  # What a handler is given as `req`.
  Request = Struct.new(:payload, :env, :headers)

  HOST = /\A(?:[\w.~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?\z/n

  def self.load_configuration
    max_body = variable("INTERNAL_RUNTIME_MAX_BODY", "20971520")
    unless max_body.match?(/\A0*[1-9][0-9]{0,14}\z/)
      raise ArgumentError, "INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520."
    end

    entrypoint = variable("INTERNAL_RUNTIME_ENTRYPOINT", "index.rb")
    unless Fields.inside?(entrypoint)
      raise ArgumentError, 'INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without "..", such as index.rb.'
    end

    Configuration.new(Integer(max_body, 10), entrypoint, read_key)
  end

  def self.variable(name, default)
    value = ENV[name]
    value.nil? || value.empty? ? default : value
  end

  def self.read_key
    key = IO.open(3) { |descriptor| descriptor.read.b.chomp("\n") }
    raise IOError if key.empty?

    Key.new(key)
  rescue SystemCallError, IOError
    raise ArgumentError, "INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh."
  end

  # Lets in a request that carries the key exactly once.
  def self.authorise(message, key)
    raise RuntimeAnswer.new("unauthorized", "Unauthorized") unless key.same?(message["x-internal-challenge"] || "")
  end

  # Refuses what can be told from the head alone.
  def self.admit(message)
    unless message.method == "POST"
      raise RuntimeAnswer.new("method-not-allowed", "Only POST invokes the function.", fields: [["Allow", "POST"]])
    end

    host = message["host"]
    return if host ? HOST.match?(host) : message.version == "1.0"

    raise RuntimeAnswer.new("bad-request", "Host must be one host name, with or without a port.")
  end

  # The fields of the body, each with its default.
  def self.parse(data, entrypoint)
    body = data.empty? ? {} : decode(data)
    raise RuntimeAnswer.new("bad-request", "Body must be a JSON object.") unless body.is_a?(Hash)

    path = Fields.text(body, "path", "/usr/code")
    file = Fields.text(body, "file", entrypoint)
    env = Fields.strings(body, "env")
    headers = Fields.strings(body, "headers")
    Fields.demand(Fields.absolute?(path), "path", "an absolute path without NUL")
    Fields.demand(Fields.inside?(file), "file", "a relative path without NUL that stays inside path")
    payload = body["payload"]
    [path, file, Request.new(payload.nil? ? {} : payload, env, headers)]
  end

  def self.decode(data)
    Json.parse(data)
  rescue Json::TooDeep
    raise RuntimeAnswer.new("bad-request", "Body is nested deeper than 512 levels."), cause: nil
  rescue Json::Malformed
    raise RuntimeAnswer.new("bad-request", "Body is not valid JSON."), cause: nil
  ensure
    data.clear # a large one need not wait for the garbage collector
  end

  FUNCTIONS = {} # rubocop:disable Style/MutableConstant -- it fills up
  RESOLVING = Mutex.new

  # The function of a file: loaded once, even if its first requests come together. Failures are forgotten.
  def self.resolve_code(source)
    RESOLVING.synchronize do
      FUNCTIONS[source] ||= begin
        raise RuntimeAnswer.new("code-not-found", "Code file not found.") unless File.file?(source)

        Code.load_function(source)
      end
    end
  end

  # Runs a handler to its end. The first outcome is the answer; later ones go to stderr.
  class Call
    attr_reader :source

    def initialize(path, file, request)
      @source = Fields.tidy("#{path}/#{file}")
      @request = request
      @outcome = nil
    end

    # On a thread that may be held up. Nothing is raised out of it: one call must not end the others.
    def run
      function = FUNCTIONS[@source] || OpenRuntimes.resolve_code(@source)
      begin_call(function)
    rescue RuntimeAnswer => error
      settle(error.answer)
    rescue Exception => error # rubocop:disable Lint/RescueException
      fail(error)
    end

    # SystemExit is an error like others.
    def begin_call(function)
      begun = Clock.now
      begin
        function.handler.call(@request, Response.new(self))
      rescue Exception => error # rubocop:disable Lint/RescueException
        fail(error)
      end
      function.took(begun, Clock.now)
    end

    def settle(answer)
      return @outcome = answer unless @outcome

      OpenRuntimes.say("The function had already answered or failed: only the first outcome counts.")
    end

    def refuse(error)
      OpenRuntimes.log(error)
      settle(RuntimeAnswer.new("invalid-response", "The function's answer is not valid.").answer)
    end

    def fail(error)
      _, message, stack = OpenRuntimes.describe(error)
      OpenRuntimes.say(stack)
      settle(RuntimeAnswer.new("function-error", message, stack: stack).answer)
    end

    def answer
      settle(RuntimeAnswer.new("no-response", "The function did not answer.").answer) unless @outcome
      @outcome
    end
  end

  # What the loop asks of it: whether to read a request, and what becomes of it.
  class Server
    attr_reader :loop

    def initialize(configuration)
      @configuration = configuration
      @loop = Loop.new(self)
    end

    def limit = @configuration.max_body

    # As soon as the head is there. Refuses one that is not let in.
    def admit(message)
      OpenRuntimes.authorise(message, @configuration.key)
      OpenRuntimes.admit(message)
    rescue RuntimeAnswer => error
      raise Refused.new(error.answer), cause: nil
    end

    def too_large = RuntimeAnswer.new("too-large", "Body is larger than #{limit} bytes.").answer

    def receive(connection, body)
      call = Call.new(*OpenRuntimes.parse(body, @configuration.entrypoint))
    rescue RuntimeAnswer => error
      connection.reply(error.answer)
    else
      @loop.running += 1
      function = FUNCTIONS[call.source]
      @loop.perform(connection, call, function.nil? || function.brief?(@loop.now))
    end

    # On the loop, once the handler has returned.
    def finish(connection, call) = reply(connection, call.answer)

    def reply(connection, answer)
      @loop.running -= 1
      connection.reply(answer)
    end

    def stopped = OpenRuntimes.shut_down
  end

  # Once nothing runs any more. What functions left running is not waited for.
  def self.shut_down
    [$stdout, $stderr].each do |stream|
      stream.flush
    rescue SystemCallError, IOError
      next
    end
    exit!(0)
  end

  def self.main
    $stdout.sync = true
    server = Server.new(load_configuration)
    %w[TERM INT].each { |signal| trap(signal) { server.loop.stop_soon } }
    server.loop.start(3000)
  rescue ArgumentError, SystemCallError => error
    say(error.message)
    exit!(1)
  end
end

OpenRuntimes.main if $PROGRAM_NAME == __FILE__
