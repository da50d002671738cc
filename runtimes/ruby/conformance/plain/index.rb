require "random/formatter"

LOAD = Random.hex(16)
COUNTER = Thread::Queue.new.push(1)

def handler(req, res)
  count = COUNTER.pop
  COUNTER << count + 1
  res.json({ file: "index.rb", load: LOAD, count: count,
             payload: req.payload, env: req.env, headers: req.headers })
end
