# An object that can be called.
from interpreter import create_probe


class Handler:
    def __init__(self):
        self.probe = create_probe("callable.py")

    def __call__(self, req, res):
        return self.probe(req, res)


handler = Handler()
