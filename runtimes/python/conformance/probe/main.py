# A plain function. Where an action has to await, what it gives back is awaited.
from actions import create_probe

probe = create_probe("main.py")


def handler(req, res):
    return probe(req, res)
