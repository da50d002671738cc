"""One client: answers its requests one after another, in the order they came."""

import select

from .date import date
from .http import Reader

READ = 262_144
IDLE = 75  # seconds without a byte, while this side waits for one
LINGER_SILENCE = 2
LINGER = 30
FOREVER = float("inf")


class Connection:
    """Touched only by the thread that runs the loop."""

    __slots__ = (
        "socket",
        "number",
        "loop",
        "server",
        "reader",
        "busy",
        "ended",
        "last",
        "unsent",
        "lingers",
        "deadline",
        "mask",
    )

    def __init__(self, socket, loop, server):
        self.socket = socket
        self.number = socket.fileno()
        self.loop = loop
        self.server = server
        self.reader = Reader(server)
        self.busy = False  # a call runs for it
        self.ended = False  # the client sends nothing more
        self.last = False  # closes after this answer
        self.unsent = None
        self.lingers = None  # until when it reads on, only to let the client read the answer
        self.deadline = loop.now + IDLE
        self.mask = select.EPOLLIN

    def on_event(self, event):
        if event & select.EPOLLOUT and self.unsent is not None:
            self._flush()
        elif event & select.EPOLLIN and not self.ended:
            self._read()
        elif event & (select.EPOLLHUP | select.EPOLLERR):
            self.close()

    def _read(self):
        try:
            data = self.socket.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            return self.close()
        if self.lingers:
            self.deadline = min(self.loop.now + LINGER_SILENCE, self.lingers)
            return None if data else self.close()
        if data:
            self.reader.feed(data)
        else:
            self.ended = True  # it may still wait for an answer
            self._listen(0)
        self.advance()
        if self.busy and not self.reader.is_between():
            self._listen(0)  # the next request waits for its turn, and its rest with the client

    def advance(self):
        """Handles what has come so far."""
        reader = self.reader
        while not (self.busy or self.lingers or self.unsent is not None or self.socket is None):
            if reader.whole:
                self._receive(reader.whole.popleft())
            elif reader.refusal is not None:
                self._refuse(reader.refusal)
            elif self.ended:
                self.close()  # what else came is half a request, and the rest will not come
            elif reader.waits:
                reader.waits = False
                self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
            else:
                if not self.loop.stopping:
                    self.deadline = self.loop.now + IDLE
                return

    def _receive(self, message):
        self.busy = True
        self.deadline = FOREVER
        self.last = message.is_last
        self.server.receive(self, message.body)

    def _refuse(self, answer):
        """An answer given before the whole request was read is the last of its connection."""
        message = self.reader.message
        self.last = True
        self.lingers = self.loop.now + LINGER
        self.reply(answer, message is not None and message.method == b"HEAD")

    def reply(self, answer, bodiless=False):
        """Sends an answer: status, fields, body. If the client has gone, nobody reads it."""
        self.busy = False
        if self.socket is None:
            return
        status, fields, body = answer
        if self.loop.stopping or (self.ended and not self.reader.whole):
            self.last = True
        text = f"HTTP/1.1 {status} \r\n{date()}"
        for name, value in fields:
            text += f"{name}: {value}\r\n"
        if status != 204 and status != 304:
            text += f"Content-Length: {len(body)}\r\n"
        head = (text + ("Connection: close\r\n\r\n" if self.last else "\r\n")).encode("latin-1")
        self._send(head if bodiless else head + body)

    def _send(self, data):
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return self.close()
        if sent < len(data):
            self.unsent = memoryview(data)[sent:]
            self.deadline = self.loop.now + IDLE
            return self._listen(select.EPOLLOUT)
        self._sent()

    def _flush(self):
        try:
            sent = self.socket.send(self.unsent)
        except BlockingIOError:
            return
        except OSError:
            return self.close()
        self.deadline = self.loop.now + IDLE
        if sent < len(self.unsent):
            self.unsent = self.unsent[sent:]
            return
        self.unsent = None
        self._sent()
        self.advance()

    def _sent(self):
        if self.lingers and not self.ended:
            # Closed over unread bytes, a connection takes its answer with it.
            self.deadline = self.loop.now + LINGER_SILENCE
            self._end_sending()
        elif self.last:
            self.close()
        else:
            self._listen(0 if self.ended else select.EPOLLIN)

    def _end_sending(self):
        try:
            self.socket.shutdown(1)
        except OSError:
            return self.close()
        self._listen(select.EPOLLIN)

    def _listen(self, mask):
        if mask != self.mask:
            self.mask = mask
            self.loop.epoll.modify(self.number, mask)

    def is_idle(self):
        return not (self.busy or self.unsent or self.lingers) and self.reader.is_between()

    def close(self):
        if self.socket is None:
            return
        self.loop.forget(self)
        self.reader.close()
        self.socket.close()
        self.socket = None
        self.unsent = None
