# A handler, but under a name of its own.
def answer(req, res):
    res.send("never")
