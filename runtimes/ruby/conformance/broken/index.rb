# The parenthesis is missing on purpose.
def handler(req, res)
  res.send("never"
end
