import itertools
import os

load = os.urandom(16).hex()
counter = itertools.count(1)


def handler(req, res):
    res.json(
        {
            "file": "main.py",
            "load": load,
            "count": next(counter),
            "payload": req.payload,
            "env": req.env,
            "headers": req.headers,
        }
    )
