"""The actions of the probe, as the README above this folder lists them.

Those that have to await give back an awaitable, the others are done when they return. What takes long to
import is imported where it is used: the probe's first answer is timed.
"""

import binascii
import itertools
import os
import signal
import threading
import time


def deliberate(message):
    raise Exception(message)


def arguments(payload):
    """The arguments after the first, as many as the payload has."""
    return {name: payload[name] for name in ("status", "headers") if name in payload}


def send(req, res):
    res.send(req.payload["text"] * req.payload.get("times", 1), **arguments(req.payload))


def json(req, res):
    res.json(req.payload["value"], **arguments(req.payload))


def bytes(req, res):
    res.bytes(binascii.a2b_base64(req.payload["base64"]), **arguments(req.payload))


def unencodable(req, res):
    cycle = {}
    cycle["itself"] = cycle
    res.json(cycle)


def not_a_number(req, res):
    res.json({"value": float(req.payload["which"])})


def throw(req, res):
    deliberate(req.payload["message"])


async def throw_later(req, res):
    import asyncio

    await asyncio.sleep(0.001)
    deliberate(req.payload["message"])


def silent(req, res):
    pass


def twice(req, res):
    res.send(req.payload["first"])
    res.send(req.payload["second"])


def send_then_throw(req, res):
    res.send(req.payload["text"])
    deliberate(req.payload["message"])


def answer_late(req, res):
    threading.Timer(0.05, res.send, [req.payload["text"]]).start()


async def stray(req, res):
    """One task and one thread, which fail each in its own way."""
    import asyncio

    async def later():
        await asyncio.sleep(0.05)
        deliberate(req.payload["message"])

    res.send(req.payload["text"])
    asyncio.create_task(later())
    threading.Timer(0.05, deliberate, [req.payload["message"]]).start()


def output(req, res):
    import sys

    for line in req.payload["stdout"]:
        print(line)
    for line in req.payload["stderr"]:
        print(line, file=sys.stderr)
    res.json({"nonce": req.payload.get("nonce")})


def environment(req, res):
    processes = {}
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/environ") as file:
                processes[number] = file.read().replace("\0", "\n")
        except OSError:
            pass  # of another user, or gone by now
    res.json({"nonce": req.payload.get("nonce"), "variables": dict(os.environ), "processes": processes})


def meet(req, res):
    payload = req.payload
    os.makedirs(payload["folder"], exist_ok=True)
    own = os.path.join(payload["folder"], payload["name"])
    open(own, "x").close()

    def is_met():
        return sum(not name.endswith(".done") for name in os.listdir(payload["folder"])) >= payload["until"]

    def answer():
        open(f"{own}.done", "x").close()
        res.json({"nonce": payload.get("nonce")})

    async def wait():
        import asyncio

        while not is_met():
            await asyncio.sleep(0.005)
        answer()

    if payload.get("way") == "await":
        return wait()
    while not is_met():
        time.sleep(0.005)
    answer()


def names(req, res):
    folder = req.payload["folder"]
    found = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    res.json({"nonce": req.payload.get("nonce"), "names": found})


def end(req, res):
    os._exit(req.payload["code"])


def kill(req, res):
    os.kill(os.getpid(), signal.SIGKILL)


def orphans(req, res):
    import subprocess

    for _ in range(req.payload["count"]):
        subprocess.run(["sh", "-c", "sleep 0.05 &"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    res.json({"nonce": req.payload.get("nonce")})


def dependency(req, res):
    import importlib.metadata

    import iniconfig

    if iniconfig.IniConfig("test.ini", data="[a]\nb = c")["a"]["b"] != "c":
        raise Exception("the dependency does not do what it is for")
    name = iniconfig.__name__
    res.json({"nonce": req.payload.get("nonce"), "name": name, "version": importlib.metadata.version(name)})


ACTIONS = {
    "send": send, "json": json, "bytes": bytes, "unencodable": unencodable, "not-a-number": not_a_number,
    "throw": throw, "throw-later": throw_later, "silent": silent, "twice": twice,
    "send-then-throw": send_then_throw, "answer-late": answer_late, "stray": stray, "print": output,
    "environment": environment, "meet": meet, "list": names, "exit": end, "kill": kill, "orphans": orphans,
    "dependency": dependency,
}


def create_probe(file):
    """The handler of one file of the probe, with a load mark and a count of its own."""
    load = os.urandom(16).hex()
    counter = itertools.count(1)

    def probe(req, res):
        count = next(counter)

        def echo(req, res):
            res.json({"file": file, "load": load, "count": count,
                      "payload": req.payload, "env": req.env, "headers": req.headers})

        def mutate(req, res):
            nonce = req.payload["nonce"]
            for field in (req.payload, req.env, req.headers):
                field["mutated"] = nonce
            echo(req, res)

        action = req.payload.get("action", "echo") if isinstance(req.payload, dict) else "echo"
        act = {**ACTIONS, "echo": echo, "mutate": mutate}.get(action)
        if act is None:
            raise ValueError(f"the probe has no action {action!r}")
        return act(req, res)

    return probe
