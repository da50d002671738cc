"""JSON as the contract wants it: nothing that other parsers would refuse, nor too deep for any of them."""

import json
import re
from itertools import accumulate

DEEPEST = 512

STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
NO_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))


class TooDeep(ValueError):
    """More brackets are open at once than a parser should have to follow."""


def parse(data):
    """The value, or a ValueError."""
    text = str(data, "utf-8")
    if data.count(b"[") + data.count(b"{") > DEEPEST and depth(data) > DEEPEST:
        raise TooDeep
    return decode(text)


def depth(data):
    """The most brackets open at once, those in strings left out."""
    steps = STRING.sub(b"", data).translate(STEPS, NO_BRACKETS)
    return max(accumulate(memoryview(steps).cast("b")), default=0)


def finite(digits):
    number = float(digits)
    if number - number != 0:
        raise ValueError("a number beyond the range of a double")
    return number


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


decode = json.JSONDecoder(parse_float=finite, parse_constant=refuse).decode
write = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode
write_escaped = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def encode(value):
    text = write(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return write_escaped(value).encode()  # half of a surrogate pair is not UTF-8, but has an escape
