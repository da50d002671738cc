"""The steps of the probe, as conformance/PROBE.md lists them.

Each gets itself and its call. Those that have to await give back an awaitable, the others are done when they
return. What takes long to import is imported where it is used.
"""

import binascii
import os
import signal
import time


def deliberate(text):
    raise Exception(text)


def integer(value):
    """50.0 is 50; whatever else a status may be is handed on as it came."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def arguments(step):
    """The arguments after the first, as many as the step has."""
    names = [name for name in ("status", "headers") if name in step]
    return {name: integer(step[name]) for name in names}


def echo(step, call):
    call.echo()


def answer(step, call):
    call.res.json(call.notes)


def send(step, call):
    call.res.send(step["text"] * int(step.get("times", 1)), **arguments(step))


def json(step, call):
    call.res.json(step["value"], **arguments(step))


def bytes(step, call):  # noqa: A001  as the step is called
    call.res.bytes(binascii.a2b_base64(step["base64"]), **arguments(step))


def unencodable(step, call):
    cycle = {}
    cycle["itself"] = cycle
    call.res.json(cycle)


def nan(step, call):
    call.res.json({"value": float(step["which"])})


def throw(step, call):
    deliberate(step["text"])


def sleep(step, call):
    import asyncio

    return asyncio.sleep(step["ms"] / 1000)


def nothing(step, call):
    pass


def output(step, call):
    import sys

    print(step["text"], file=sys.stderr if step.get("to") == "stderr" else sys.stdout)


def put(step, call):
    for field in (call.req.payload, call.req.env, call.req.headers):
        field[step["name"]] = step["text"]


def environ(step, call):
    processes = {}
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/environ") as file:
                processes[number] = file.read().replace("\0", "\n")
        except OSError:
            pass  # of another user, or gone by now
    call.notes.update(variables=dict(os.environ), processes=processes)


def meet(step, call):
    folder = step["folder"]
    os.makedirs(folder, exist_ok=True)
    own = os.path.join(folder, step["name"])
    open(own, "x").close()

    def is_met():
        return sum(not name.endswith(".done") for name in os.listdir(folder)) >= step["until"]

    def finish():
        open(f"{own}.done", "x").close()

    async def wait():
        import asyncio

        while not is_met():
            await asyncio.sleep(0.005)
        finish()

    if step.get("way") == "await":
        return wait()
    while not is_met():
        time.sleep(0.005)
    finish()


def names(step, call):
    folder = step["folder"]
    call.notes["names"] = sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def end(step, call):
    os._exit(int(step["code"]))


def kill(step, call):
    os.kill(os.getpid(), signal.SIGKILL)


def orphans(step, call):
    import subprocess

    for _ in range(int(step["times"])):
        subprocess.run(
            ["sh", "-c", "sleep 0.05 &"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def dependency(step, call):
    import importlib.metadata

    import iniconfig

    if iniconfig.IniConfig("test.ini", data="[a]\nb = c")["a"]["b"] != "c":
        raise Exception("the dependency does not do what it is for")
    name = iniconfig.__name__
    call.notes.update(name=name, version=importlib.metadata.version(name))


STEPS = {
    "echo": echo,
    "answer": answer,
    "send": send,
    "json": json,
    "bytes": bytes,
    "unencodable": unencodable,
    "nan": nan,
    "throw": throw,
    "sleep": sleep,
    "pass": nothing,
    "print": output,
    "set": put,
    "environ": environ,
    "meet": meet,
    "list": names,
    "exit": end,
    "kill": kill,
    "orphans": orphans,
    "dependency": dependency,
}
