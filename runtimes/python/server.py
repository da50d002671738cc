"""Serves the runtime contract, version 1, on sockets and epoll. It reads in the order of a request:
load_configuration, authorise, parse, resolve_code, call, reply, shut_down.
"""

import os
import posixpath
import re
import signal
import sys
import threading
import time
from _operator import _compare_digest as is_same  # hmac.compare_digest, without the OpenSSL that hmac loads
from functools import lru_cache, partial
from types import SimpleNamespace

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from open_runtimes import json
from open_runtimes.fields import field, is_absolute, is_name, is_strings, stays_inside
from open_runtimes.load import load
from open_runtimes.log import log, say
from open_runtimes.loop import Loop
from open_runtimes.response import Response
from open_runtimes.runtime_answer import RuntimeAnswer, describe

del sys.path[0]  # a function must not find what is there

HOST = re.compile(rb"([\w.~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?")


def load_configuration():
    max_body = os.environ.get("INTERNAL_RUNTIME_MAX_BODY") or "20971520"
    if not re.fullmatch("0*[1-9][0-9]{0,14}", max_body):
        raise ValueError("INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.")
    entrypoint = os.environ.get("INTERNAL_RUNTIME_ENTRYPOINT") or "main.py"
    if not stays_inside(entrypoint):
        raise ValueError('INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without "..", such as main.py.')
    try:
        with open(3, "rb") as descriptor:
            key = descriptor.read()[:-1]  # without the line break after it
    except OSError:
        key = b""
    if not key:
        raise ValueError("INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: start the server with launch.sh.")
    return int(max_body), entrypoint, key


def authorise(message, key):
    """Lets in a request that carries the key exactly once."""
    challenges = message.fields.get(b"x-internal-challenge", ())
    if len(challenges) != 1 or not is_same(challenges[0], key):
        raise RuntimeAnswer("unauthorized", "Unauthorized")


def admit(message):
    """Refuses what HTTP allows and the contract does not, before the body is read."""
    if message.method != b"POST":
        raise RuntimeAnswer("method-not-allowed", "Only POST invokes the function.", fields=[("Allow", "POST")])
    hosts = message.fields.get(b"host", ())
    missing = not hosts and message.version == "1.1"
    if missing or len(hosts) > 1 or not all(map(HOST.fullmatch, hosts)):
        raise RuntimeAnswer("bad-request", "Host must be one host name, with or without a port.")


def parse(data, entrypoint):
    """The fields of the body, each with its default."""
    try:
        body = json.parse(data) if data else {}
    except json.TooDeep:
        raise RuntimeAnswer("bad-request", "Body is nested deeper than 512 levels.") from None
    except ValueError:
        raise RuntimeAnswer("bad-request", "Body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise RuntimeAnswer("bad-request", "Body must be a JSON object.")
    path = field(body, "path", "/usr/code", is_name, "path must be a non-empty string.")
    file = field(body, "file", entrypoint, is_name, "file must be a non-empty string.")
    env = field(body, "env", {}, is_strings, "env must be an object of strings.")
    headers = field(body, "headers", {}, is_strings, "headers must be an object of strings.")
    field(body, "path", path, is_absolute, "path must be an absolute path without NUL.")
    field(body, "file", file, stays_inside, "file must be a relative path without NUL that stays inside path.")
    payload = body.get("payload")
    return path, file, SimpleNamespace(payload={} if payload is None else payload, env=env, headers=headers)


functions = {}
resolving = threading.Lock()


@lru_cache(maxsize=256)
def locate(path, file):
    """The folder and the source file, each by the one name under which it is known here."""
    return posixpath.normpath(path), posixpath.normpath(posixpath.join(path, file))


def resolve_code(path, source):
    """The function of a file: loaded once, even if its first requests come together. Failures are forgotten.
    What a file may import depends on `path`, so by another path it is another function."""
    with resolving:
        if (path, source) not in functions:
            if not os.path.isfile(source):
                raise RuntimeAnswer("code-not-found", "Code file not found.")
            functions[path, source] = load(path, source)
        return functions[path, source]


class Call:
    """Runs a handler to its end. The first outcome is the answer; later ones go to stderr."""

    __slots__ = ("path", "source", "request", "response", "outcomes")

    def __init__(self, path, file, request):
        self.path, self.source = locate(path, file)
        self.request = request
        self.response = Response(self.settle)
        self.outcomes = []

    def settle(self, answer, refused=None):
        if refused is not None:
            log(refused)
            answer = RuntimeAnswer("invalid-response", "The function's answer is not valid.").answer
        self.outcomes.append(answer)
        if len(self.outcomes) > 1:
            say("The function had already answered or failed: only the first outcome counts.")

    def fail(self, error):
        _, message, stack = describe(error.with_traceback(error.__traceback__.tb_next))  # without this file's own line
        say(stack.rstrip("\n"))
        self.settle(RuntimeAnswer("function-error", message, stack).answer)

    def run(self):
        """On a thread that may be held up. Gives back what is left to be awaited."""
        try:
            function = resolve_code(self.path, self.source)
        except RuntimeAnswer as error:
            self.outcomes.append(error.answer)
            return None
        return self.begin(function)

    def begin(self, function):
        begun = time.monotonic()
        try:
            rest = function.handler(self.request, self.response)
        except BaseException as error:  # SystemExit too: one call must not end the others
            self.fail(error)
            return None
        function.took(begun, time.monotonic())
        if not hasattr(rest, "__await__"):
            return None
        import asyncio  # noqa: F401  takes 40 ms the first time: here, and not on the loop

        return rest

    async def wait(self, rest, finish):
        """On the asyncio loop."""
        try:
            await rest
        except BaseException as error:
            self.fail(error)
        finish()

    def answer(self):
        if not self.outcomes:
            self.settle(RuntimeAnswer("no-response", "The function did not answer.").answer)
        self.response = None  # it refers back to this, and what is in no cycle is freed at once
        return self.outcomes[0]


class Server:
    """What the loop asks of it: whether to read a request, and what becomes of it."""

    def __init__(self, limit, entrypoint, key):
        self.limit = limit
        self.entrypoint = entrypoint
        self.key = key
        self.loop = Loop(self)

    def admit(self, message):
        """As soon as the head is there. Raises the answer to one that is not let in."""
        authorise(message, self.key)
        admit(message)

    def receive(self, connection, body):
        try:
            call = Call(*parse(body, self.entrypoint))
        except RuntimeAnswer as error:
            return connection.reply(error.answer)
        self.loop.running += 1
        finish = partial(self.finish, connection, call)
        function = functions.get((call.path, call.source))
        if function is None:
            self.loop.perform(connection, call.run, finish, True)
        elif function.is_async:
            finish(call.begin(function))
        else:
            self.loop.perform(connection, partial(call.begin, function), finish, function.is_brief(self.loop.now))

    def finish(self, connection, call, rest):
        """On the loop, once the handler has returned."""
        if rest is None:
            return self.reply(connection, call)
        self.loop.spawn(call.wait(rest, partial(self.resume, connection, call)))

    def resume(self, connection, call):
        self.reply(connection, call)
        connection.advance()
        self.loop.exit_when_done()

    def reply(self, connection, call):
        self.loop.running -= 1
        connection.reply(call.answer())

    def stopped(self):
        shut_down()


def shut_down():
    """Once nothing runs any more. What functions left running is not waited for."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(0)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    server = Server(*load_configuration())
    # The signal is a byte on the loop's descriptor; the handlers only take the place of the default ones.
    signal.set_wakeup_fd(server.loop.wakes, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    threading.excepthook = lambda stray: log(stray.exc_value)
    server.loop.start(3000)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        say(error)
        os._exit(1)
