# An asynchronous function in a sub-folder. The modules that it imports are in the package's own folder, which Python
# searches only if the function was called with it as `path`.
import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(__file__)))

from interpreter import create_probe

probe = create_probe("nested/deep.py")


async def handler(req, res):
    rest = probe(req, res)
    if rest is not None:
        await rest
