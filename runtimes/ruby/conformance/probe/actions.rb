# The actions of the probe, as the README above this folder lists them. What takes long to load is loaded where
# it is used: the probe's first answer is timed.

require "random/formatter"

module Actions
  module_function

  def deliberate(message)
    raise message
  end

  # The arguments after the first, up to the last that the payload has.
  def arguments(payload)
    return [payload["status"] || 200, payload["headers"]] if payload.key?("headers")

    payload.key?("status") ? [payload["status"]] : []
  end

  def send_text(req, res)
    res.send(req.payload["text"] * req.payload.fetch("times", 1), *arguments(req.payload))
  end

  def json(req, res) = res.json(req.payload["value"], *arguments(req.payload))

  def bytes(req, res) = res.bytes(req.payload["base64"].unpack1("m"), *arguments(req.payload))

  def unencodable(_req, res)
    cycle = {}
    cycle["itself"] = cycle
    res.json(cycle)
  end

  def not_a_number(req, res)
    numbers = { "nan" => Float::NAN, "infinity" => Float::INFINITY, "-infinity" => -Float::INFINITY }
    res.json({ value: numbers.fetch(req.payload["which"]) })
  end

  def fail_now(req, _res) = deliberate(req.payload["message"])

  def fail_later(req, _res)
    sleep 0.001
    deliberate(req.payload["message"])
  end

  def silent(_req, _res) = nil

  def twice(req, res)
    res.send(req.payload["first"])
    res.send(req.payload["second"])
  end

  def send_then_throw(req, res)
    res.send(req.payload["text"])
    deliberate(req.payload["message"])
  end

  def answer_late(req, res)
    Thread.new do
      sleep 0.05
      res.send(req.payload["text"])
    end
  end

  def stray(req, res)
    res.send(req.payload["text"])
    Thread.new do
      sleep 0.05
      deliberate(req.payload["message"])
    end
  end

  def print_lines(req, res)
    req.payload["stdout"].each { |line| puts line }
    req.payload["stderr"].each { |line| warn line }
    res.json({ nonce: req.payload["nonce"] })
  end

  def environment(req, res)
    processes = Dir.children("/proc").grep(/\A\d+\z/).to_h do |number|
      [number, File.read("/proc/#{number}/environ").scrub.tr("\0", "\n")]
    rescue SystemCallError
      [number, nil] # of another user, or gone by now
    end
    res.json({ nonce: req.payload["nonce"], variables: ENV.to_h, processes: processes.compact })
  end

  def meet(req, res)
    folder, name, enough = req.payload.values_at("folder", "name", "until")
    make_folder(folder)
    make_file("#{folder}/#{name}")
    sleep 0.005 until Dir.children(folder).count { |found| !found.end_with?(".done") } >= enough
    make_file("#{folder}/#{name}.done")
    res.json({ nonce: req.payload["nonce"] })
  end

  def make_folder(folder)
    Dir.mkdir(folder)
  rescue Errno::EEXIST
    nil # another caller was faster
  end

  def make_file(name) = File.open(name, File::WRONLY | File::CREAT | File::EXCL, &:close)

  def list(req, res)
    folder = req.payload["folder"]
    res.json({ nonce: req.payload["nonce"], names: Dir.exist?(folder) ? Dir.children(folder).sort : [] })
  end

  def end_process(req, _res) = exit!(req.payload["code"])

  def kill(_req, _res) = Process.kill(:KILL, Process.pid)

  def orphans(req, res)
    req.payload["count"].times do
      system("sh", "-c", "sleep 0.05 &", in: File::NULL, out: File::NULL, err: File::NULL, exception: true)
    end
    res.json({ nonce: req.payload["nonce"] })
  end

  def dependency(req, res)
    require "tiny"
    raise "the dependency does not do what it is for" unless Tiny.twice("a") == "aa"

    res.json({ nonce: req.payload["nonce"], name: "tiny", version: Tiny::VERSION })
  end

  NAMES = {
    "send" => :send_text, "json" => :json, "bytes" => :bytes, "unencodable" => :unencodable,
    "not-a-number" => :not_a_number, "throw" => :fail_now, "throw-later" => :fail_later, "silent" => :silent,
    "twice" => :twice, "send-then-throw" => :send_then_throw, "answer-late" => :answer_late, "stray" => :stray,
    "print" => :print_lines, "environment" => :environment, "meet" => :meet, "list" => :list,
    "exit" => :end_process, "kill" => :kill, "orphans" => :orphans, "dependency" => :dependency,
  }.freeze
end

# The handler of one file of the probe, with a load mark and a count of its own.
class Probe
  def initialize(file)
    @file = file
    @load = Random.hex(16)
    @count = 0
    @lock = Mutex.new
  end

  def call(req, res)
    count = @lock.synchronize { @count += 1 }
    case action = req.payload.is_a?(Hash) ? req.payload.fetch("action", "echo") : "echo"
    when "echo" then echo(req, res, count)
    when "mutate" then mutate(req, res, count)
    else Actions.public_send(Actions::NAMES.fetch(action), req, res)
    end
  end

  private

  def echo(req, res, count)
    res.json({ file: @file, load: @load, count: count, payload: req.payload, env: req.env, headers: req.headers })
  end

  def mutate(req, res, count)
    [req.payload, req.env, req.headers].each { |field| field["mutated"] = req.payload["nonce"] }
    echo(req, res, count)
  end
end
