# An asynchronous function.
from interpreter import create_probe

probe = create_probe("asynchronous.py")


async def handler(req, res):
    rest = probe(req, res)
    if rest is not None:
        await rest
