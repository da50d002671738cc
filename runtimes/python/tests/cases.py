"""The tables of conformance/cases, which all languages read."""

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "conformance/cases"


def cases(name):
    table = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert table, f"{name}.json has no cases"
    return table


def joined(pieces):
    """The bytes of a case: text, text that is repeated, and bytes in hexadecimal."""
    return b"".join(map(piece, pieces))


def piece(one):
    if isinstance(one, dict):
        return bytes.fromhex(one["hex"])
    text, times = (one, 1) if isinstance(one, str) else one
    return text.encode() * times
