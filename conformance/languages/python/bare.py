"""The bare server: what Python and the server's own reader of HTTP cost by themselves."""

import sys

sys.path.insert(0, "/usr/local/src")
from open_runtimes.loop import Loop

ANSWER = (200, [("Content-Type", "text/plain")], b"*")


class Bare:
    limit = 20 * 1024 * 1024

    def admit(self, head):
        return None

    def receive(self, connection, body):
        connection.reply(ANSWER)


Loop(Bare()).start(3000)
