"""The `res` of one call."""

import re

from . import json

# They belong to the connection or to the runtime, not to the function.
FORBIDDEN = re.compile(r"content-length|transfer-encoding|connection|date|trailer|x-internal-.*", re.IGNORECASE)
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
BODILESS = (204, 205, 304)


class Response:
    """`settle` gets each answer, or the error that says why there is none, as the function gives it."""

    __slots__ = ("_settle",)

    def __init__(self, settle):
        self._settle = settle

    def send(self, text, status=200, headers=None):
        self._respond("text/plain; charset=utf-8", encode_text, text, status, headers)

    def json(self, value, status=200, headers=None):
        self._respond("application/json", json.encode, value, status, headers)

    def bytes(self, value, status=200, headers=None):
        self._respond("application/octet-stream", copy_bytes, value, status, headers)

    def _respond(self, content_type, encode, value, status, headers):
        try:
            answer = answer_of(content_type, encode(value), status, headers)
        except Exception as error:
            self._settle(None, error)
        else:
            self._settle(answer, None)


def encode_text(text):
    if not isinstance(text, str):
        raise TypeError(f"res.send takes a str, not {type(text).__name__}.")
    return text.encode()


def copy_bytes(value):
    """A copy, because what the function does to its bytes afterwards must not change the answer."""
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"res.bytes takes bytes, a bytearray or a memoryview, not {type(value).__name__}.")
    return bytes(value)


def answer_of(content_type, body, status, headers):
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise ValueError(f"The status must be a whole number from 200 to 599, not {status!r}.")
    fields = header_fields(headers) if headers else []
    if status in BODILESS:
        return int(status), fields, b""
    if not any(name.lower() == "content-type" for name, _ in fields):
        fields.append(("Content-Type", content_type))
    return int(status), fields, body


def header_fields(headers):
    """Pairs of name and value. A list of strings is one header for each."""
    if not isinstance(headers, dict):
        raise TypeError("The headers must be a dict of strings.")
    fields = []
    for name, value in headers.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header.")
        if FORBIDDEN.fullmatch(name):
            raise ValueError(f"The header {name} is not the function's to set.")
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if not isinstance(one, str) or not VALUE.fullmatch(one):
                raise ValueError(f"The header {name} must be a string or a list of strings, without line breaks.")
            fields.append((name, one))
    return fields
