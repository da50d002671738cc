# The steps of the probe, as conformance/PROBE.md lists them. Each gets itself and its call. What takes long to load is
# loaded where it is used.
module Steps
  module_function

  def deliberate(text)
    raise text
  end

  # 50.0 is 50; whatever else a status may be is handed on as it came.
  def integer(value) = value.is_a?(Float) && value.finite? && value == value.floor ? value.to_i : value

  # The arguments after the first, up to the last that the step has.
  def arguments(step)
    status = integer(step["status"])
    return [status || 200, step["headers"]] if step.key?("headers")

    step.key?("status") ? [status] : []
  end

  def echo(_step, call) = call.echo

  def answer(_step, call) = call.res.json(call.notes)

  def send_text(step, call) = call.res.send(step["text"] * step.fetch("times", 1), *arguments(step))

  def json(step, call) = call.res.json(step.fetch("value"), *arguments(step))

  def bytes(step, call) = call.res.bytes(step["base64"].unpack1("m"), *arguments(step))

  def unencodable(_step, call)
    cycle = {}
    cycle["itself"] = cycle
    call.res.json(cycle)
  end

  def nan(step, call)
    numbers = { "nan" => Float::NAN, "infinity" => Float::INFINITY, "-infinity" => -Float::INFINITY }
    call.res.json({ value: numbers.fetch(step["which"]) })
  end

  def fail_now(step, _call) = deliberate(step["text"])

  def rest(step, _call) = sleep(step["ms"] / 1000.0)

  def pass(_step, _call) = nil

  def print_line(step, _call)
    step["to"] == "stderr" ? warn(step["text"]) : puts(step["text"])
  end

  def set(step, call)
    [call.req.payload, call.req.env, call.req.headers].each { |field| field[step["name"]] = step["text"] }
  end

  def environ(_step, call)
    processes = Dir.children("/proc").grep(/\A\d+\z/).to_h do |number|
      [number, File.read("/proc/#{number}/environ").scrub.tr("\0", "\n")]
    rescue SystemCallError
      [number, nil] # of another user, or gone by now
    end
    call.notes.update(variables: ENV.to_h, processes: processes.compact)
  end

  def meet(step, _call)
    folder, name, enough = step.values_at("folder", "name", "until")
    make_folder(folder)
    make_file("#{folder}/#{name}")
    sleep 0.005 until Dir.children(folder).count { |found| !found.end_with?(".done") } >= enough
    make_file("#{folder}/#{name}.done")
  end

  def make_folder(folder)
    Dir.mkdir(folder)
  rescue Errno::EEXIST
    nil # another caller was faster
  end

  def make_file(name) = File.open(name, File::WRONLY | File::CREAT | File::EXCL, &:close)

  def list(step, call)
    folder = step["folder"]
    call.notes[:names] = Dir.exist?(folder) ? Dir.children(folder).sort : []
  end

  def end_process(step, _call) = exit!(step["code"].to_i)

  def kill(_step, _call) = Process.kill(:KILL, Process.pid)

  def orphans(step, _call)
    step["times"].to_i.times do
      system("sh", "-c", "sleep 0.05 &", in: File::NULL, out: File::NULL, err: File::NULL, exception: true)
    end
  end

  def dependency(_step, call)
    require "tiny"
    raise "the dependency does not do what it is for" unless Tiny.twice("a") == "aa"

    call.notes.update(name: "tiny", version: Tiny::VERSION)
  end

  NAMES = {
    "echo" => :echo, "answer" => :answer, "send" => :send_text, "json" => :json, "bytes" => :bytes,
    "unencodable" => :unencodable, "nan" => :nan, "throw" => :fail_now, "sleep" => :rest, "pass" => :pass,
    "print" => :print_line, "set" => :set, "environ" => :environ, "meet" => :meet, "list" => :list,
    "exit" => :end_process, "kill" => :kill, "orphans" => :orphans, "dependency" => :dependency,
  }.freeze
end
