def handler(req, res)
  res.send("never")
end
