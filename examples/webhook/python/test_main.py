import unittest
from types import SimpleNamespace
from unittest.mock import Mock

from main import handler

ENV = {"WEBHOOK_SECRET": "example-secret"}
BODY = '{"action":"opened"}'
SIGNATURE = "sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe"


def status(payload, signature, env):
    """The status for a webhook that came with this signature."""
    res = Mock()
    handler(SimpleNamespace(payload=payload, headers={"X-Hub-Signature-256": signature}, env=env), res)
    return (*res.json.call_args.args, 200)[1]


class Webhook(unittest.TestCase):
    def test_only_the_right_signature_is_let_in(self):
        self.assertEqual(status(BODY, SIGNATURE, ENV), 200)
        self.assertEqual(status("{}", SIGNATURE, ENV), 401)
        for wrong in "", "sha256=", SIGNATURE[:-1], SIGNATURE[7:], SIGNATURE.upper(), "sha256=é":
            self.assertEqual(status(BODY, wrong, ENV), 401, wrong)

    def test_what_cannot_be_verified_is_refused(self):
        self.assertEqual(status(BODY, SIGNATURE, {}), 500)
        for payload in None, {}, 1:
            self.assertEqual(status(payload, SIGNATURE, ENV), 400)
