"""What an answer is made of: a function's, and the runtime's own."""

import json
import unittest

import server  # noqa: F401  finds the libraries
from open_runtimes.response import Response
from open_runtimes.runtime_answer import STATUS, RuntimeAnswer, describe

TEXT = ("Content-Type", "text/plain; charset=utf-8")


def answered(act):
    """The answer that comes of calling `act` with a response; None if it is refused."""
    outcomes = []
    act(Response(lambda answer, refused: outcomes.append((answer, refused))))
    [(answer, refused)] = outcomes
    assert (answer is None) != (refused is None)
    return answer


class Answers(unittest.TestCase):
    def test_each_kind_has_its_type(self):
        self.assertEqual(answered(lambda res: res.send("é\0")), (200, [TEXT], "é\0".encode()))
        self.assertEqual(answered(lambda res: res.send("")), (200, [TEXT], b""))
        self.assertEqual(
            answered(lambda res: res.json({"a": [1, "b"]}, 201)),
            (201, [("Content-Type", "application/json")], b'{"a":[1,"b"]}'),
        )
        self.assertEqual(
            answered(lambda res: res.bytes(b"\0\xff")),
            (200, [("Content-Type", "application/octet-stream")], b"\0\xff"),
        )

    def test_bytes_are_copied(self):
        mine = bytearray(b"abc")
        answer = answered(lambda res: res.bytes(mine))
        mine[:] = b"xyz"
        self.assertEqual(answer[2], b"abc")

    def test_headers(self):
        for headers, fields in (
            ({}, [TEXT]),
            (None, [TEXT]),
            ({"X-A": "1"}, [("X-A", "1"), TEXT]),
            ({"content-TYPE": "text/html"}, [("content-TYPE", "text/html")]),
            ({"Set-Cookie": ["a=1", "b=2"]}, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), TEXT]),
        ):
            with self.subTest(headers):
                self.assertEqual(answered(lambda res, headers=headers: res.send("", 200, headers))[1], fields)

    def test_headers_that_are_refused(self):
        forbidden = "Content-Length", "transfer-encoding", "CONNECTION", "Date", "X-Internal-Error", "x-internal-a"
        for headers in (
            *({name: "1"} for name in forbidden),
            *({name: "1"} for name in ("", "a b", "a:", "a\r\n", "é", "a\0")),
            *({"X-A": value} for value in ("a\rb", "a\nb", "a\0b", "漢", 1, None, [1], ["a\n"], {})),
            ["X-A", "1"],
            "X-A: 1",
        ):
            with self.subTest(headers):
                self.assertIsNone(answered(lambda res, headers=headers: res.send("", 200, headers)))

    def test_status(self):
        for status in (200, 418, 599):
            self.assertEqual(answered(lambda res, status=status: res.send("a", status))[0], status)
        for status in (204, 205, 304):
            self.assertEqual(answered(lambda res, status=status: res.send("a", status)), (status, [], b""))
        for status in (199, 600, 0, -200, 200.5, 200.0, "200", None, True, float("nan")):
            with self.subTest(status):
                self.assertIsNone(answered(lambda res, status=status: res.send("a", status)))

    def test_values_that_are_refused(self):
        for act in (
            lambda res: res.send(1),
            lambda res: res.send(b"a"),
            lambda res: res.send("\ud800"),
            lambda res: res.bytes("a"),
            lambda res: res.json(float("nan")),
            lambda res: res.json(object()),
        ):
            self.assertIsNone(answered(act))


class RuntimeErrors(unittest.TestCase):
    def test_each_kind(self):
        for kind, code in STATUS.items():
            status, fields, body = RuntimeAnswer(kind, "Why.").answer
            self.assertEqual((status, json.loads(body)), (code, {"code": code, "message": "Why."}))
            self.assertEqual(fields, [("Content-Type", "application/json"), ("X-Internal-Error", kind)])

    def test_a_stack_and_a_field_of_its_own(self):
        _, fields, body = RuntimeAnswer("load-failed", "Why.", "at a\nat b", [("Allow", "POST")]).answer
        self.assertEqual(json.loads(body)["stack"], "at a\nat b")
        self.assertIn(("Allow", "POST"), fields)

    def test_what_is_said_of_an_error(self):
        text, message, stack = describe(ValueError("first\nsecond"))
        self.assertEqual((text, message), ("ValueError: first", "first"))
        self.assertIn("first\nsecond", stack)
        self.assertEqual(describe(KeyError())[:2], ("KeyError", "KeyError"))

    def test_an_error_that_fails_when_asked(self):
        class Awkward(Exception):
            def __str__(self):
                raise RuntimeError

        text, message, stack = describe(Awkward())
        self.assertEqual((text, message), ("Awkward", "Awkward"))
        self.assertIn("Awkward", stack)
