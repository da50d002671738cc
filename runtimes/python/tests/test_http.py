"""Requests out of bytes: what is whole, what is refused, and what more is waited for."""

import unittest

import server
from open_runtimes.http import Reader

from tests.cases import cases, joined

POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


class Anyone:
    """A server that asks for no key."""

    limit = 1_000_000

    def admit(self, message):
        server.admit(message)


class Keyed(Anyone):
    """A server with the key "secret"."""

    def admit(self, message):
        server.authorise(message, b"secret")
        server.admit(message)


def read(data, size=None, asked=None):
    """A reader that was given the bytes, some at a time."""
    reader = Reader(asked or Anyone())
    for start in range(0, len(data), size or len(data)):
        reader.feed(data[start : start + (size or len(data))])
    return reader


def outcome(reader):
    if reader.refusal is not None:
        return "refused"
    return "whole" if reader.whole else "part"


class Requests(unittest.TestCase):
    def test_cases(self):
        for case in cases("http"):
            data = joined(case["request"])
            for size in (None, 1, 7, 1024):
                with self.subTest(case["name"], size=size):
                    reader = read(data, size)
                    self.assertEqual(outcome(reader), case["is"])
                    if case["is"] == "whole":
                        self.assertEqual(bytes(reader.whole[0].body), case["body"].encode())
                        self.assertIsNone(reader.message)
                    if case["is"] == "refused":
                        self.assertTrue(400 <= reader.refusal[0] < 500, reader.refusal)

    def test_two_in_one_piece(self):
        reader = read(POST + b"Content-Length: 1\r\n\r\na" + CHUNKED + b"1\r\nb\r\n0\r\n\r\n")
        self.assertEqual([bytes(message.body) for message in reader.whole], [b"a", b"b"])
        self.assertFalse(any(message.is_last for message in reader.whole))

    def test_the_last_of_its_connection(self):
        for head, is_last in (
            (POST + b"\r\n", False),
            (POST + b"Connection: close\r\n\r\n", True),
            (POST + b"Connection: keep-alive\r\n\r\n", False),
            (b"POST / HTTP/1.0\r\n\r\n", True),
        ):
            with self.subTest(head):
                self.assertIs(read(head).whole[0].is_last, is_last)

    def test_an_offer_to_speak_another_protocol_is_declined(self):
        reader = read(POST + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}")
        self.assertEqual([bytes(message.body) for message in reader.whole], [b"{}"])

    def test_a_held_back_body_is_asked_for(self):
        head = POST + b"Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        self.assertTrue(read(head).waits)
        self.assertFalse(read(head + b"{").waits)
        self.assertFalse(read(POST + b"Content-Length: 2\r\n\r\n").waits)


class Refusals(unittest.TestCase):
    def status(self, data, asked=None):
        refusal = read(data, asked=asked).refusal
        return refusal and refusal[0]

    def test_a_body_over_the_limit(self):
        self.assertIsNone(self.status(POST + b"Content-Length: 1000000\r\n\r\n"))
        self.assertEqual(self.status(POST + b"Content-Length: 1000001\r\n\r\n"), 413)
        self.assertIsNone(self.status(CHUNKED + b"f4240\r\n" + b"a" * 1_000_000 + b"\r\n0\r\n\r\n"))
        self.assertEqual(self.status(CHUNKED + b"f4240\r\n" + b"a" * 1_000_000 + b"\r\n1\r\nb"), 413)

    def test_another_method(self):
        for method in (b"GET", b"HEAD", b"PUT", b"DELETE"):
            self.assertEqual(self.status(method + b" / HTTP/1.1\r\nHost: a\r\n\r\n"), 405)

    def test_the_key_is_asked_for_first_and_once(self):
        for sent, status in (
            (b"X-Internal-Challenge: secret\r\n", None),
            (b"x-internal-challenge:secret\r\n", None),
            (b"X-Internal-Challenge: \t secret \t\r\n", None),
            (b"", 401),
            (b"X-Internal-Challenge: \r\n", 401),
            (b"X-Internal-Challenge: secre\r\n", 401),
            (b"X-Internal-Challenge: secrets\r\n", 401),
            (b"X-Internal-Challenge: Secret\r\n", 401),
            (b"X-Internal-Challenge: secret\r\nX-Internal-Challenge: secret\r\n", 401),
            (b"X-Internal-Challenge: wrong\r\nX-Internal-Challenge: secret\r\n", 401),
        ):
            with self.subTest(sent):
                self.assertEqual(self.status(POST + sent + b"\r\n", Keyed()), status)
        self.assertEqual(self.status(b"GET / HTTP/1.1\r\nHost: a b\r\nContent-Length: 9999999\r\n\r\n", Keyed()), 401)

    def test_nothing_is_read_after_a_refusal(self):
        reader = read(POST + b"Content-Length: 1000001\r\n\r\n")
        reader.feed(b"a" * 1_000_001 + POST + b"\r\n")
        self.assertFalse(reader.whole)
