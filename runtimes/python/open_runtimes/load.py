"""Code files: found by path, loaded once, each `path` a world of its own.

Python knows one module of a name. So the modules of a path, and its entries in sys.path, are taken away
when code of another path is loaded, and come back when it is this path's turn again.
"""

import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location

from .runtime_answer import RuntimeAnswer, describe

DEPENDENCIES = "site-packages"  # the folder in the package into which build.sh installs them
COROUTINE = 0x80  # inspect.CO_COROUTINE; inspect takes 13 ms to import

BRIEF = 0.0005  # seconds
SLOW_CALLS = 3
PAUSE = 0.1

standard = []
worlds = {}
current = None


class Function:
    """A handler, and what is known of it: whether it is asynchronous, and whether its calls are brief.

    A thread costs about as much as a call that takes BRIEF. On a busy machine any call may take longer once,
    so it has to be several in a row, and what was put aside is given another chance now and then.
    """

    __slots__ = ("handler", "is_async", "slow", "again")

    def __init__(self, handler):
        self.handler = handler
        code = getattr(handler, "__code__", None)
        self.is_async = code is not None and bool(code.co_flags & COROUTINE)
        self.slow = 0  # calls in a row that were not brief
        self.again = 0

    def is_brief(self, now):
        return self.slow < SLOW_CALLS or now >= self.again

    def took(self, begun, ended):
        if ended - begun < BRIEF:
            self.slow = 0
        else:
            self.slow += 1
            self.again = ended + PAUSE


def load(path, source):
    """The function of a source file that exists."""
    enter(path)
    folder = os.path.dirname(source)
    if folder not in sys.path:
        sys.path.insert(1, folder)
    forget_folders(path)
    try:
        module = execute(source)
    except BaseException as error:
        text, _, stack = describe(error)
        print(stack, end="", file=sys.stderr, flush=True)
        raise RuntimeAnswer("load-failed", text, stack) from None
    handler = getattr(module, "handler", None)
    if not callable(handler):
        raise RuntimeAnswer(
            "load-failed",
            f'{source} exports no handler: write "def handler(req, res): …" or "async def handler(req, res): …".',
        )
    return Function(handler)


def forget_folders(path):
    """Files may have come since Python last looked. importlib.invalidate_caches takes 20 ms for the same."""
    for folder in list(sys.path_importer_cache):
        if folder.startswith(path):
            del sys.path_importer_cache[folder]


def execute(source):
    """The module is named by its path: no other has that name, and an import never finds it by accident."""
    spec = spec_from_file_location(source, source, loader=SourceFileLoader(source, source))
    module = module_from_spec(spec)
    sys.modules[source] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[source]
        raise
    return module


def enter(path):
    global current
    if path == current:
        return
    if current is None:
        standard.extend(sys.path)
    else:
        modules = {name: module for name, module in sys.modules.items() if belongs(name, module, current)}
        for name in modules:
            del sys.modules[name]
        worlds[current] = (modules, sys.path[:])
    modules, places = worlds.pop(path, ({}, [path, *standard, os.path.join(path, DEPENDENCIES)]))
    sys.modules.update(modules)
    sys.path[:] = places
    current = path


def belongs(name, module, path):
    """Whether a module was imported from a path. Code files are not imported, and stay."""
    if name.startswith("/"):
        return False
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(isinstance(place, str) and place.startswith(path.rstrip("/") + "/") for place in places)
