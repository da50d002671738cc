"""What counts as JSON, and how answers are written in it."""

import unittest

import server  # noqa: F401  finds the libraries
from open_runtimes import json

from tests.cases import cases, joined


def verdict(data):
    try:
        json.parse(data)
    except json.TooDeep:
        return "too-deep"
    except ValueError:
        return "invalid"
    return "valid"


class Reading(unittest.TestCase):
    def test_cases(self):
        for case in cases("json"):
            with self.subTest(case["name"]):
                allowed = ("valid", "invalid") if case["is"] == "either" else (case["is"],)
                self.assertIn(verdict(joined(case["body"])), allowed)

    def test_numbers_beyond_a_double_are_refused(self):
        self.assertEqual(verdict(b"[1e400]"), "invalid")
        self.assertEqual(verdict(b"[-1e400]"), "invalid")


class Writing(unittest.TestCase):
    def test_without_spaces_and_as_utf8(self):
        self.assertEqual(json.encode({"é": [1, None, True, "\0"]}), '{"é":[1,null,true,"\\u0000"]}'.encode())

    def test_half_a_surrogate_pair_is_escaped(self):
        self.assertEqual(json.encode("\ud800"), b'"\\ud800"')

    def test_what_has_no_json_is_refused(self):
        circle = []
        circle.append(circle)
        for value in (float("nan"), float("inf"), circle, object(), {1, 2}):
            with self.subTest(value), self.assertRaises((ValueError, TypeError)):
                json.encode(value)
