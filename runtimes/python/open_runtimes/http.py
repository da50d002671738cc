"""Requests, out of the bytes of one connection. Python has no parser of HTTP without a server around it, so this is one
of its own, and it is strict: what two parsers could read in two ways is refused.
"""

import re
from collections import deque

from .runtime_answer import RuntimeAnswer

LARGEST_HEAD = 65_536
LARGEST_LINE = 4_096  # of those between chunks
BAD = (400, [], b"")
HEAD_TOO_LARGE = (431, [], b"")

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
TEXT = rb"[\t -~\x80-\xff]*+"
HEAD = re.compile(rb"(%b) [!-~\x80-\xff]++ HTTP/1\.([01])\r\n((?:%b:%b\r\n)*+)\r\n" % (TOKEN, TOKEN, TEXT))
FIELDS = re.compile(
    rb"^(x-internal-challenge|host|content-length|transfer-encoding|connection|expect):[ \t]*+([^\r]*+)", re.I | re.M
)
# What keeps a head that is not whole from becoming one: its end would be waited for in vain.
HOPELESS = re.compile(rb"\r(?!\n|\Z)|(?<!\r)\n")
BEGINNING = re.compile(rb"\r\Z|%b" % TOKEN)
CHUNK = re.compile(rb"(?=[0-9A-Fa-f])0*+([0-9A-Fa-f]{0,8})(?:[ \t]*+;%b)?" % TEXT)
TRAILER = re.compile(rb"%b:%b" % (TOKEN, TEXT))
LENGTH = re.compile(rb"[0-9]{1,18}")
CLOSE = re.compile(rb"(?:^|,)[ \t]*close[ \t]*(?:,|$)", re.I)


class Refused(Exception):
    """Leaves the reader: nothing more is read."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer


class Message:
    """One request. Of its fields there are those that the server has a use for, each with the list of its values; names
    are lower case."""

    __slots__ = ("method", "version", "fields", "length", "body", "is_last")

    def __init__(self, head):
        match = HEAD.fullmatch(head)
        if match is None:
            raise Refused(BAD)
        self.method, minor, lines = match.groups()
        self.version = "1.1" if minor == b"1" else "1.0"
        self.fields = fields = {}
        for name, value in FIELDS.findall(lines):
            fields.setdefault(name.lower(), []).append(value.rstrip(b" \t"))
        self.body = b""
        self.length = self._measure()
        self.is_last = minor == b"0" or (
            b"connection" in fields and CLOSE.search(b",".join(fields[b"connection"])) is not None
        )

    def _measure(self):
        """The length of the body, or None where it comes in chunks: told in one way, or the request is refused."""
        codings = self.fields.get(b"transfer-encoding")
        lengths = self.fields.get(b"content-length")
        if codings is None:
            if lengths is None:
                return 0
            if len(lengths) == 1 and LENGTH.fullmatch(lengths[0]):
                return int(lengths[0])
        elif lengths is None and self.version == "1.1" and len(codings) == 1 and codings[0].lower() == b"chunked":
            return None
        raise Refused(BAD)

    def waits(self):
        expected = self.fields.get(b"expect")
        return expected is not None and self.version == "1.1" and expected[0].lower() == b"100-continue"


class Reader:
    """`whole` has the requests read so far. After a `refusal` there are no more."""

    __slots__ = ("server", "message", "whole", "refusal", "waits", "held", "step", "missing", "spent")

    def __init__(self, server):
        self.server = server
        self.message = None
        self.whole = deque()
        self.refusal = None
        self.waits = False  # the client holds its body back until it is told to go on
        self.held = None  # bytes that are not enough for a step
        self.step = self._begin  # takes one piece, and gives back where the next begins; None where it is not whole

    def feed(self, data):
        if self.refusal is not None:
            return
        known = 0
        if self.held is not None:
            known = len(self.held)
            self.held += data
            data = self.held
            self.held = None
        position = 0
        try:
            while position is not None and position < len(data):
                position = self.step(data, position, known)
        except (Refused, RuntimeAnswer) as error:
            self.refusal = error.answer

    def is_between(self):
        """Whether all that came has been taken."""
        return self.message is None and self.held is None and not self.whole and self.refusal is None

    def close(self):
        self.step = None  # it refers back to this, and what is in no cycle is freed at once
        self.message = None
        self.held = None
        self.whole.clear()

    def _begin(self, data, position, known):
        if data.startswith(b"\r\n", position):
            return position + 2  # an empty line before a request means nothing
        end = data.find(b"\r\n\r\n", max(position, known - 3))
        size = (end + 4 if end >= 0 else len(data)) - position
        if size > LARGEST_HEAD:
            raise Refused(HEAD_TOO_LARGE)
        if end < 0:
            if HOPELESS.search(data, max(position, known - 1)) or not BEGINNING.match(data, position):
                raise Refused(BAD)
            return self._hold(data, position)
        end += 4
        self.message = message = Message(bytes(data[position:end]))
        self.server.admit(message)
        length = message.length
        if length is None:
            self.step = self._begin_chunk
            self.spent = 0
        else:
            self._limit(length)
            if len(data) - end >= length:  # as most are
                message.body = data[end : end + length]
                self._complete()
                return end + length
            self.step = self._take
            self.missing = length
        message.body = bytearray()  # grows in place: a piece may be one byte
        self.waits = message.waits()
        return end

    def _take(self, data, position, _known):
        self.waits = False
        end = min(len(data), position + self.missing)
        with memoryview(data) as view:
            self.message.body += view[position:end]
        self.missing -= end - position
        if self.missing == 0:
            if self.message.length is None:
                self.step = self._end_chunk
            else:
                self._complete()
        return end

    def _begin_chunk(self, data, position, known):
        end = self._line_end(data, position, known)
        if end is None:
            return self._hold(data, position)
        match = CHUNK.fullmatch(data, position, end)
        if match is None:
            raise Refused(BAD)
        self.missing = int(match[1] or b"0", 16)
        self._limit(len(self.message.body) + self.missing)
        self.step = self._take if self.missing else self._skip_trailer
        return end + 2

    def _end_chunk(self, data, position, _known):
        if not b"\r\n".startswith(data[position : position + 2]):
            raise Refused(BAD)
        if len(data) - position < 2:
            return self._hold(data, position)
        self.step = self._begin_chunk
        return position + 2

    def _skip_trailer(self, data, position, known):
        """A field after a chunked body, which nobody asks for, and which is read as any other."""
        end = self._line_end(data, position, known)
        if end is None:
            return self._hold(data, position)
        if end == position:
            self._complete()
        elif TRAILER.fullmatch(data, position, end) is None:
            raise Refused(BAD)
        self.spent += end - position
        if self.spent > LARGEST_HEAD:
            raise Refused(HEAD_TOO_LARGE)
        return end + 2

    def _line_end(self, data, position, known):
        self.waits = False
        end = data.find(b"\r\n", max(position, known - 1))
        if (end if end >= 0 else len(data)) - position > LARGEST_LINE:
            raise Refused(BAD)
        return end if end >= 0 else None

    def _hold(self, data, position):
        self.held = data if position == 0 and isinstance(data, bytearray) else bytearray(data[position:])

    def _complete(self):
        self.waits = False
        self.whole.append(self.message)
        self.message = None
        self.step = self._begin

    def _limit(self, size):
        limit = self.server.limit
        if size > limit:
            raise RuntimeAnswer("too-large", f"Body is larger than {limit} bytes.")
