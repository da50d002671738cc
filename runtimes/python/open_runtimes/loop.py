"""The event loop: all connections, and the calls that come of them.

Handing each call to a thread of its own would cost more than most calls do. So a function that has been
brief runs right here, on the thread that read its request. Where such a call turns out to take its time, a
watcher notices within a few milliseconds and lets another thread go on with the loop: the one that is held
up finishes its call and is then a thread of the pool like any other.

With the first asynchronous function an asyncio loop takes over and looks after this one as it does after
any descriptor. It cannot change threads, so from then on every call that could block has its own.
"""

import os
import select
import socket
import sys
import threading
import time
from collections import deque

from .connection import Connection
from .log import stray
from .pool import Pool

CALLS = 64  # at once; with the loop, the watcher and what libraries start, well under 128 threads
TICK = 0.002
RESTING = 50  # ticks without a call after which the watcher waits to be woken
GRACE = 3  # seconds that half a request has to become whole once the loop stops


class Displaced(BaseException):
    """Another thread runs the loop by now. Raised in the thread that ran it, to leave it."""


class Loop:
    def __init__(self, server):
        self.server = server
        self.stopping = False
        self.connections = {}
        self.now = self.swept = time.monotonic()
        self.pool = Pool(CALLS + 1)
        self.tasks = None  # the asyncio loop, once there is one
        self.running = 0  # calls
        self.held = 0  # of them, those that have a thread
        self.inside = []  # holds one item while a call runs on the loop's own thread
        self.turns = 0
        self.resting = False
        self.alarm = threading.Event()
        self.posted = deque()
        self.woken = False
        self.waker, self.wakes = os.pipe()
        for end in (self.waker, self.wakes):
            os.set_blocking(end, False)
        self.epoll = select.epoll()
        self.epoll.register(self.waker, select.EPOLLIN)

    def start(self, port):
        """Serves for good, and makes the calling thread one of those that do."""
        threading.Thread(target=self._watch, name="watcher", daemon=True).start()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("0.0.0.0", port))
        self.listener.listen(1024)
        self.listener.setblocking(False)
        self.epoll.register(self.listener.fileno(), select.EPOLLIN)
        self.pool.adopt(self.run)

    def run(self):
        try:
            while self.tasks is None:
                self.turn(1 if self.connections else -1)
        except Displaced:
            return
        self.tasks.add_reader(self.epoll.fileno(), self.turn, 0)
        self._tick()
        while True:
            try:
                self.tasks.run_forever()
            except (SystemExit, KeyboardInterrupt) as stop:
                # From a task left running: asyncio lets these two through.
                stray({"exception": stop})

    def _tick(self):
        """In place of the timeout of `turn`."""
        self.turn(0)
        self.tasks.call_later(1, self._tick)

    def turn(self, timeout):
        events = self.epoll.poll(timeout)
        self.now = time.monotonic()
        for number, event in events:
            connection = self.connections.get(number)
            if connection is not None:
                self._hand_on(connection, event)
            elif number == self.waker:
                self._woken()
            elif number == self.listener.fileno():
                self._accept()
        if self.now - self.swept >= 1:
            self._sweep()
        self.exit_when_done()

    def _hand_on(self, connection, event):
        """A fault of this server's own costs one client its connection, and not all of them."""
        try:
            connection.on_event(event)
        except Exception as error:
            stray({"exception": error})
            connection.close()

    def exit_when_done(self):
        """A function whose client went away has no connection any more, and still runs to its end."""
        if self.stopping and not self.running and not self.connections:
            self.server.stopped()

    def _accept(self):
        try:
            while True:
                client, _ = self.listener.accept()
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = Connection(client, self, self.server)
                self.connections[connection.number] = connection
                self.epoll.register(connection.number, select.EPOLLIN)
        except BlockingIOError:
            pass
        except OSError as error:
            # No descriptors left, most likely. Clients in the queue are accepted when there are some again.
            print(f"A connection could not be accepted: {error}.", file=sys.stderr)
            time.sleep(0.01)

    def forget(self, connection):
        self.epoll.unregister(connection.number)
        del self.connections[connection.number]

    def _sweep(self):
        self.swept = self.now
        for connection in list(self.connections.values()):
            if connection.deadline <= self.now:
                connection.close()

    def stop(self):
        """Nothing new is let in, and what runs is answered. Half a request gets a moment to become a whole one."""
        if self.stopping:
            return
        self.stopping = True
        self.epoll.unregister(self.listener.fileno())
        self.listener.close()
        for connection in list(self.connections.values()):
            if connection.is_idle():
                connection.close()
            elif not connection.busy:
                connection.deadline = min(connection.deadline, self.now + GRACE)

    def post(self, function, *arguments):
        """Makes the loop do something: the one method for other threads."""
        self.posted.append((function, arguments))
        if not self.woken:
            self.woken = True
            os.write(self.wakes, b"\0")

    def _woken(self):
        try:
            signals = os.read(self.waker, 4096).strip(b"\0")
        except BlockingIOError:
            signals = b""
        if signals:
            self.stop()
        self.woken = False
        while self.posted:
            function, arguments = self.posted.popleft()
            try:
                function(*arguments)
            except Exception as error:
                stray({"exception": error})

    def perform(self, connection, work, finish, brief):
        """Does work that may block, then calls `finish` with its result on the loop."""
        if not brief or self.tasks is not None or self.held >= CALLS:
            self.held += 1
            return self.pool.submit(lambda: self.post(self._performed, connection, finish, work()))
        self.held += 1
        self.turns += 1
        self.inside.append(None)
        if self.resting:
            self.resting = False
            self.alarm.set()
        result = work()
        try:
            self.inside.pop()
        except IndexError:
            self.post(self._performed, connection, finish, result)
            raise Displaced from None
        self.held -= 1
        finish(result)

    def _performed(self, connection, finish, result):
        self.held -= 1
        finish(result)
        connection.advance()

    def _watch(self):
        idle = 0
        while True:
            before = self.turns
            time.sleep(TICK)
            if self.turns != before:
                idle = 0
            elif self.inside:
                try:
                    self.inside.pop()
                except IndexError:
                    continue
                self.pool.submit(self.run)
            elif (idle := idle + 1) > RESTING:
                self.resting = True
                if not self.inside:
                    self.alarm.wait()
                self.resting = False
                self.alarm.clear()
                idle = 0

    def spawn(self, coroutine):
        """Runs a coroutine on the asyncio loop, which is started for the first one."""
        import asyncio

        if self.tasks is None:
            self.tasks = asyncio.new_event_loop()
            self.tasks.set_exception_handler(lambda _, context: stray(context))
            self.kept = set()  # asyncio itself holds its tasks weakly
        task = self.tasks.create_task(coroutine)
        self.kept.add(task)
        task.add_done_callback(self.kept.discard)
