import unittest
from types import SimpleNamespace
from unittest.mock import Mock

from main import handler


class Greeting(unittest.TestCase):
    def test_greets(self):
        for payload, message in ({"name": "Ada"}, "Hello, Ada!"), ({}, "Hello, world!"):
            res = Mock()
            handler(SimpleNamespace(payload=payload), res)
            res.json.assert_called_once_with({"message": message})
