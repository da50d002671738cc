# A plain function. If a step has to await, what it gives back is awaited.
from interpreter import create_probe

probe = create_probe("main.py")


def handler(req, res):
    return probe(req, res)
