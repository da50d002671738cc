"""The head of a request, strictly: where two readers could disagree on its end, it is refused."""

import re

LARGEST_HEAD = 65_536

REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP/1\.([01])\r\n")
FIELD = re.compile(rb"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r$", re.MULTILINE)
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n")
LONGEST_CHUNK_LINE = 4_096


class BadMessage(Exception):
    """These bytes are no HTTP that this server speaks. Carries the status to say so with."""

    def __init__(self, status):
        self.status = status


class Head:
    """Names are lower case. A field that comes twice is in `repeated`, its values joined by a comma."""

    __slots__ = ("method", "minor", "fields", "repeated", "length", "chunked")

    def __init__(self, block):
        line = REQUEST_LINE.match(block)
        if line is None:
            raise BadMessage(400)
        self.method = line[1]
        self.minor = line[3]
        found = FIELD.findall(block, line.end())
        # Each match is one whole line, so the numbers differ when a line is none.
        if len(found) != block.count(b"\n") - 1:
            raise BadMessage(400)
        self.repeated = ()
        self.fields = fields = {}
        for name, value in found:
            name = name.lower()
            value = value.strip(b" \t")
            if name in fields:
                self.repeated += (name,)
                value = fields[name] + b", " + value
            fields[name] = value
        self._frame()

    def _frame(self):
        length = self.fields.get(b"content-length")
        coding = self.fields.get(b"transfer-encoding")
        self.chunked = coding is not None
        if coding is not None and (length is not None or self.minor == b"0" or coding.lower() != b"chunked"):
            raise BadMessage(400)
        if length is None:
            self.length = 0
        elif length.isdigit() and len(length) <= 18:  # two lengths are joined by a comma, which is no digit
            self.length = int(length)
        else:
            raise BadMessage(400)

    def closes(self):
        """Whether the client wants no other request on this connection."""
        if self.minor == b"0":
            return True
        connection = self.fields.get(b"connection")
        return connection is not None and b"close" in [word.strip() for word in connection.lower().split(b",")]

    def waits(self):
        """Whether the client holds its body back until it is told to go on."""
        return self.minor == b"1" and self.fields.get(b"expect", b"").lower() == b"100-continue"


class Chunks:
    """A chunked body. `take` gets all bytes not used so far and gives back those it cannot use yet."""

    __slots__ = ("pieces", "size", "left", "done")

    def __init__(self):
        self.pieces = []
        self.size = 0
        self.left = None  # of this chunk, the line break after it included; None between two chunks
        self.done = False

    def take(self, data):
        at = 0
        while not self.done:
            if self.left is None:
                begun = self._begin(data, at)
                if begun is None:
                    break
                at = begun
            elif self.left > 2:
                piece = data[at:at + self.left - 2]
                if not piece:
                    break
                self.pieces.append(piece)
                self.size += len(piece)
                self.left -= len(piece)
                at += len(piece)
            else:
                if not b"\r\n".startswith(data[at:at + 2]):
                    raise BadMessage(400)
                if len(data) < at + 2:
                    break
                at += 2
                self.left = None
        return data[at:]

    def _begin(self, data, at):
        """Where the chunk's bytes begin, or None where more has to come first."""
        line = CHUNK_SIZE.match(data, at)
        if line is None:
            if len(data) - at > LONGEST_CHUNK_LINE or data.find(b"\n", at) >= 0:
                raise BadMessage(400)
            return None
        size = int(line[1], 16)
        if size > 0:
            self.left = size + 2
            return line.end()
        # Fields may follow the last chunk. They end like a head does, and nobody asks for them.
        end = data.find(b"\r\n\r\n", line.end() - 2)
        if end < 0:
            if len(data) - at > LARGEST_HEAD:
                raise BadMessage(431)
            return None
        self.done = True
        return end + 4
