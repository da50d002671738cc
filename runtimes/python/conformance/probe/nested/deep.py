# An asynchronous function in a sub-folder. It finds the modules of the package's own folder.
from interpreter import create_probe

probe = create_probe("nested/deep.py")


async def handler(req, res):
    rest = probe(req, res)
    if rest is not None:
        await rest
