# The probe: takes the steps of a payload one after another.

require "random/formatter"

# What a step works with: the handler's arguments, the notes for `answer`, and `echo`.
Call = Struct.new(:req, :res, :notes, :echoing) do
  def echo = echoing.call
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
    payload = req.payload
    echo = lambda do
      res.json({ file: @file, load: @load, count: count, payload: payload, env: req.env, headers: req.headers })
    end
    return echo.call unless payload.is_a?(Hash)
    return run(payload["steps"], Call.new(req, res, { nonce: payload["nonce"] }, echo)) if payload.key?("steps")

    payload.key?("value") ? res.json(payload["value"]) : echo.call
  end

  private

  def run(steps, call)
    require_relative "steps" # loaded by the first step: the probe's first answer is timed

    steps.each_with_index do |step, index|
      return spawn(step, steps.drop(index + 1), call) if step["do"] == "spawn"

      name = Steps::NAMES.fetch(step["do"]) { |unknown| raise "the probe has no step #{unknown.inspect}" }
      Steps.public_send(name, step, call)
    end
  end

  # Leaves the rest running.
  def spawn(step, rest, call)
    Thread.new do
      sleep step["ms"] / 1000.0
      run(rest, call)
    end
  end
end
