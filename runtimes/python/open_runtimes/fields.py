"""The fields of a request's body: what each may be."""

import posixpath

from .runtime_answer import RuntimeAnswer


def field(body, name, default, is_valid, message):
    value = body.get(name)
    if value is None:
        return default
    if not is_valid(value):
        raise RuntimeAnswer("bad-request", message)
    return value


def is_name(value):
    return isinstance(value, str) and value != ""


def is_strings(value):
    return isinstance(value, dict) and all(isinstance(member, str) for member in value.values())


def is_absolute(path):
    return path.startswith("/") and "\0" not in path


def stays_inside(file):
    """Lexical: no file system is asked, symbolic links are followed."""
    normal = posixpath.normpath(file)
    return "\0" not in file and not file.startswith("/") and normal != ".." and not normal.startswith("../")
