"""What the runtime itself writes to the container's log."""

import sys

from .runtime_answer import describe


def say(text):
    print(text, file=sys.stderr, flush=True)


def log(error):
    say(describe(error)[2].rstrip("\n"))


def stray(context):
    """What asyncio tells of work left running, and the loop of faults of its own."""
    if "exception" in context:
        log(context["exception"])
    else:
        say(context["message"])
