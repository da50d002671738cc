"""Answers made by the runtime, not by the function: what the contract calls runtime errors."""

from . import json

STATUS = {
    "unauthorized": 401,
    "method-not-allowed": 405,
    "too-large": 413,
    "bad-request": 400,
    "code-not-found": 404,
    "load-failed": 500,
    "function-error": 500,
    "no-response": 500,
    "invalid-response": 500,
}


class RuntimeAnswer(Exception):
    def __init__(self, kind, message, stack=None, fields=()):
        super().__init__(message)
        body = {"code": STATUS[kind], "message": message}
        if stack is not None:
            body["stack"] = stack
        fields = [("Content-Type", "application/json"), ("X-Internal-Error", kind), *fields]
        self.answer = (STATUS[kind], fields, json.encode(body))


def describe(error):
    """What there is to say about an exception, which may fail when asked: its name and message, its message, all."""
    import traceback  # takes 9 ms of the first failure instead of every start

    name = type(error).__name__
    try:
        message = first_line(str(error))
        stack = "".join(traceback.format_exception(error))
    except Exception:
        message, stack = "", f"{name}, which cannot be shown.\n"
    return (f"{name}: {message}" if message else name), message or name, stack


def first_line(text):
    return text.splitlines()[0] if text else ""
