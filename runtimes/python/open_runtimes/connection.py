"""One client: reads its requests one after another, and answers each before it looks at the next."""

import select
import time

from .http import LARGEST_HEAD, BadMessage, Chunks, Head

READ = 262_144
IDLE = 75  # seconds without a byte, between two requests or under an answer
HALF = 300  # for a request to become whole
LINGER_SILENCE = 2
LINGER = 30
FOREVER = float("inf")

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_date = (0, "")


def date():
    """The Date header, made once a second. strftime would speak the locale of the function."""
    global _date
    now = int(time.time())
    second, text = _date
    if second != now:
        year, month, day, hour, minute, sec, weekday, *_ = time.gmtime(now)
        text = f"Date: {DAYS[weekday]}, {day:02} {MONTHS[month - 1]} {year} {hour:02}:{minute:02}:{sec:02} GMT\r\n"
        _date = (now, text)
    return text


class Connection:
    """Touched only by the thread that runs the loop."""

    __slots__ = ("socket", "number", "loop", "server", "unread", "head", "chunks", "pieces", "missing",
                 "busy", "ended", "last", "unsent", "lingers", "deadline", "mask")

    def __init__(self, socket, loop, server):
        self.socket = socket
        self.number = socket.fileno()
        self.loop = loop
        self.server = server
        self.unread = b""
        self.head = None
        self.chunks = None
        self.pieces = []
        self.missing = 0
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
        if not data:
            self.ended = True
            if not self.busy and self.unsent is None:
                return self.close()
            return self._listen(0)  # it may still wait for the answer
        self.unread = self.unread + data if self.unread else data
        if not self.busy and self.unsent is None:
            return self.advance()
        if len(self.unread) > LARGEST_HEAD:
            self._listen(self.mask & ~select.EPOLLIN)

    def advance(self):
        """Goes as far as the bytes do."""
        try:
            while not self.busy and self.unsent is None and self.unread and not self.lingers:
                if self.head is None and not self._read_head():
                    break
                if not self._read_body():
                    break
                self._receive()
        except BadMessage as bad:
            return self._refuse((bad.status, [], b""))
        if self.ended and not self.busy and self.unsent is None:
            self.close()  # half a request, and the rest will not come

    def _read_head(self):
        unread = self.unread
        end = unread.find(b"\r\n\r\n")
        if end < 0 or end > LARGEST_HEAD:
            if len(unread) > LARGEST_HEAD:
                raise BadMessage(431)
            self.deadline = self.loop.now + HALF
            return False
        self.head = head = Head(unread[:end + 2])
        self.unread = unread[end + 4:]
        refusal = self.server.admit(head)
        if refusal is None and head.length > self.server.limit:
            refusal = self.server.too_large()
        if refusal is not None:
            self._refuse(refusal)
            return False
        self.missing = head.length
        self.chunks = Chunks() if head.chunked else None
        if not self.unread and (head.chunked or head.length) and head.waits():
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _read_body(self):
        """Whether the body is whole."""
        if self.chunks is not None:
            self.unread = self.chunks.take(self.unread)
            if self.chunks.size > self.server.limit:
                self._refuse(self.server.too_large())
                return False
            whole = self.chunks.done
            self.pieces = self.chunks.pieces
        else:
            piece = self.unread
            if len(piece) > self.missing:
                self.unread = piece[self.missing:]
                piece = piece[:self.missing]
            else:
                self.unread = b""
            self.missing -= len(piece)
            self.pieces.append(piece)
            whole = self.missing == 0
        if not whole:
            self.deadline = self.loop.now + HALF
        return whole

    def _receive(self):
        head = self.head
        pieces = self.pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self.pieces = []
        self.head = self.chunks = None
        self.busy = True
        self.deadline = FOREVER
        self.last = self.last or head.closes()
        self.server.receive(self, body)

    def _refuse(self, answer):
        """An answer given before the whole request was read is the last of its connection."""
        bodiless = self.head is not None and self.head.method == b"HEAD"
        self.last = True
        self.unread = b""
        self.pieces = []
        self.chunks = None
        self.lingers = self.loop.now + LINGER
        self.reply(answer, bodiless)

    def reply(self, answer, bodiless=False):
        """Sends an answer: status, fields, body. Where the client has gone, nobody hears it."""
        self.busy = False
        if self.socket is None:
            return
        status, fields, body = answer
        if self.loop.stopping or self.ended and not self.unread:
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
        if self.socket is not None:
            self.advance()

    def _sent(self):
        if self.lingers and not self.ended:
            # Closed over unread bytes, a connection takes its answer with it.
            self.deadline = self.loop.now + LINGER_SILENCE
            return self._end_sending()
        if self.last and self.head is None:
            return self.close()
        self._listen(0 if self.ended else select.EPOLLIN)
        self.deadline = self.loop.now + IDLE

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
        return not (self.busy or self.unread or self.head or self.unsent or self.lingers)

    def close(self):
        if self.socket is None:
            return
        self.loop.forget(self)
        self.socket.close()
        self.socket = None
        self.unread = b""
        self.pieces = []
        self.unsent = None
