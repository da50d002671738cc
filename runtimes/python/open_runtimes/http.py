"""Requests, out of the bytes of one connection. httptools reads them: llhttp, the parser of Node.js, for Python."""

import sys
from collections import deque

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from .runtime_answer import RuntimeAnswer

# A function may bring an httptools of its own, of another version.
for name in [name for name in sys.modules if name.partition(".")[0] == "httptools"]:
    del sys.modules[name]

LARGEST_HEAD = 65_536
BAD = (400, [], b"")
HEAD_TOO_LARGE = (431, [], b"")


class Refused(Exception):
    """Leaves the parser: nothing more is read."""


class Message:
    """One request. Names of fields are lower case, and each has the list of its values."""

    __slots__ = ("method", "version", "fields", "size", "body", "is_last")

    def __init__(self):
        self.method = None  # until the head is whole
        self.fields = {}
        self.size = 0  # of all but the body
        self.body = bytearray()  # grows in place: a chunk may be one byte

    def without_upgrade(self):
        """The head once more, without the offer to speak another protocol."""
        fields = [
            b"%s: %s\r\n" % (name, value)
            for name, values in self.fields.items()
            for value in values
            if name != b"upgrade"
        ]
        return b"POST / HTTP/1.1\r\n" + b"".join(fields) + b"\r\n"


class Reader:
    """`whole` has the requests read so far. After a `refusal` there are no more."""

    __slots__ = ("server", "parser", "message", "whole", "refusal", "waits", "quiet")

    def __init__(self, server):
        self.server = server
        self.parser = HttpRequestParser(self)
        self.message = None
        self.whole = deque()
        self.refusal = None
        self.waits = False  # the client holds its body back until it is told to go on
        self.quiet = 0  # bytes since the parser last had something to tell

    def feed(self, data):
        if self.refusal is not None:
            return
        self.quiet += len(data)
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            # llhttp stops behind a head that offers another protocol. It may be declined, and the body follows.
            self.parser = HttpRequestParser(self)
            return self.feed(self.message.without_upgrade() + data[upgrade.args[0] :])
        except HttpParserError:
            self.refusal = self.refusal or BAD
        if self.quiet > LARGEST_HEAD:
            self.refusal = self.refusal or HEAD_TOO_LARGE

    def is_between(self):
        """Whether all that came has been taken."""
        return self.message is None and not self.whole and self.refusal is None

    def close(self):
        self.parser = None  # it refers back to this, and what is in no cycle is freed at once
        self.message = None
        self.whole.clear()

    # What the parser calls:

    def on_message_begin(self):
        self.message = Message()

    def on_url(self, url):
        self._count(len(url))

    def on_header(self, name, value):
        """Also for the fields after a chunked body, which nobody asks for."""
        message = self.message
        self._count(len(name) + len(value) + 4)
        if message.method is None:
            message.fields.setdefault(name.lower(), []).append(value.rstrip(b" \t"))

    def _count(self, size):
        self.quiet = 0
        self.message.size += size
        if self.message.size > LARGEST_HEAD:
            self._refuse(HEAD_TOO_LARGE)

    def on_headers_complete(self):
        message = self.message
        fields = message.fields
        message.method = self.parser.get_method()
        message.version = self.parser.get_http_version()
        if message.version != "1.1" and (message.version != "1.0" or b"transfer-encoding" in fields):
            self._refuse(BAD)
        try:
            self.server.admit(message)
        except RuntimeAnswer as error:
            self._refuse(error.answer)
        if b"content-length" in fields:
            self._limit(int(fields[b"content-length"][0]))
        self.waits = b"expect" in fields and fields[b"expect"][0].lower() == b"100-continue"

    def on_body(self, piece):
        body = self.message.body
        self.quiet = 0
        self.waits = False
        self._limit(len(body) + len(piece))
        body += piece

    def on_message_complete(self):
        self.waits = False
        self.quiet = 0
        if self.parser.should_upgrade():
            return
        self.message.is_last = self.message.version == "1.0" or not self.parser.should_keep_alive()
        self.whole.append(self.message)
        self.message = None

    def _limit(self, size):
        limit = self.server.limit
        if size > limit:
            self._refuse(RuntimeAnswer("too-large", f"Body is larger than {limit} bytes.").answer)

    def _refuse(self, answer):
        self.refusal = answer
        raise Refused
