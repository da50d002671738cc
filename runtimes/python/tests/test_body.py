"""The fields of a request's body."""

import json
import unittest

import server
from open_runtimes.fields import stays_inside
from open_runtimes.runtime_answer import RuntimeAnswer

from tests.cases import cases, joined


class Body(unittest.TestCase):
    def test_cases(self):
        for case in cases("bodies"):
            with self.subTest(case["name"]):
                if "message" in case:
                    with self.assertRaises(RuntimeAnswer) as refused:
                        server.parse(joined(case["body"]), "ENTRYPOINT")
                    status, fields, body = refused.exception.answer
                    self.assertEqual((status, dict(fields)["X-Internal-Error"]), (400, "bad-request"))
                    self.assertEqual(json.loads(body)["message"], case["message"])
                else:
                    path, file, request = server.parse(joined(case["body"]), "ENTRYPOINT")
                    self.assertEqual({"path": path, "file": file, **vars(request)}, case["invocation"])

    def test_no_two_requests_share_a_default(self):
        _, _, one = server.parse(b"", "main.py")
        _, _, other = server.parse(b"", "main.py")
        for name in ("env", "headers", "payload"):
            self.assertIsNot(getattr(one, name), getattr(other, name))


class Files(unittest.TestCase):
    def test_cases(self):
        for case in cases("files"):
            with self.subTest(case["file"]):
                self.assertIs(stays_inside(case["file"]), case["inside"])

    def test_a_file_has_one_name(self):
        for path, file in (("/a", "b/c"), ("/a/", "./b//c"), ("//x/../a", "d/../b/c"), ("/a/b", "../b/c")):
            with self.subTest(path=path, file=file):
                self.assertEqual(server.locate(path, file)[1].lstrip("/"), "a/b/c")
