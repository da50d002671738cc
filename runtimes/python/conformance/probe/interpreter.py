"""The probe: takes the steps of a payload one after another.

It gives back an awaitable once a step waits, and None if none does.
"""

import itertools
import os
import types


def run(steps, call):
    from steps import STEPS  # imported by the first step: the probe's first answer is timed

    for index, step in enumerate(steps):
        rest = steps[index + 1 :]
        if step["do"] == "spawn":
            return spawn(step, rest, call)
        if step["do"] not in STEPS:
            raise ValueError(f"the probe has no step {step['do']!r}")
        waiting = STEPS[step["do"]](step, call)
        if waiting is not None:
            return go_on(waiting, rest, call)
    return None


async def go_on(waiting, rest, call):
    await waiting
    waiting = run(rest, call)
    if waiting is not None:
        await waiting


def spawn(step, rest, call):
    """Leaves the rest running: in a task, or in a thread, where it may not await."""
    seconds = step["ms"] / 1000
    if step.get("way") == "await":
        return spawn_task(seconds, rest, call)
    import threading

    threading.Timer(seconds, run, [rest, call]).start()
    return None


async def spawn_task(seconds, rest, call):
    import asyncio

    asyncio.create_task(go_on(asyncio.sleep(seconds), rest, call))  # noqa: RUF006  left running, as the step says


def create_probe(file):
    """The handler of one file of the probe, with a load mark and a count of its own."""
    load = os.urandom(16).hex()
    counter = itertools.count(1)

    def probe(req, res):
        count = next(counter)
        payload, env, headers = req.payload, req.env, req.headers

        def echo():
            res.json({"file": file, "load": load, "count": count, "payload": payload, "env": env, "headers": headers})

        if isinstance(payload, dict) and "steps" in payload:
            notes = {"nonce": payload.get("nonce")}
            return run(payload["steps"], types.SimpleNamespace(req=req, res=res, notes=notes, echo=echo))
        if isinstance(payload, dict) and "value" in payload:
            return res.json(payload["value"])
        return echo()

    return probe
