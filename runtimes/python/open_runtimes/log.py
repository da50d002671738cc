"""What the runtime itself writes to the container's log."""

import sys

from .runtime_answer import describe


def say(text):
    """In one piece: print writes the line break by itself, and what another thread prints may come between."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def log(error):
    say(describe(error)[2].rstrip("\n"))


def stray(context):
    """What asyncio tells of work left running, and the loop of faults of its own."""
    if "exception" in context:
        log(context["exception"])
    else:
        say(context["message"])
