# Greets the person that the payload names.
def handler(req, res)
  name = req.payload.fetch("name", "world")
  res.json({ message: "Hello, #{name}!" })
end
