# Greets the person that the payload names.
def handler(req, res):
    name = req.payload.get("name", "world")
    res.json({"message": f"Hello, {name}!"})
