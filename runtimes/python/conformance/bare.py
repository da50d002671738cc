"""The bare server: what Python and the reader of requests cost by themselves."""

import select
import socket
import sys
import time

sys.path.insert(0, "/usr/local/src")
from open_runtimes.http import Reader


class Client:
    """One connection, and what the reader asks. Like every HTTP library, it answers with a date."""

    limit = 20_971_520

    def __init__(self, connection):
        self.connection = connection
        self.reader = Reader(self)

    def admit(self, message):
        pass

    def read(self, data):
        self.reader.feed(data)
        while self.reader.whole:
            self.reader.whole.popleft()
            self.answer()

    def answer(self):
        text = f"HTTP/1.1 200 OK\r\nDate: {date()}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*"
        self.connection.send(text.encode("latin-1"))


def date(made=[0, ""]):  # noqa: B006  kept from one call to the next, on purpose
    now = int(time.time())
    if made[0] != now:
        made[:] = now, time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now))
    return made[1]


def serve(port):
    listener = socket.create_server(("0.0.0.0", port), backlog=1024)
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN)
    clients = {}
    while True:
        for number, _ in epoll.poll():
            if number == listener.fileno():
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients[connection.fileno()] = Client(connection)
                epoll.register(connection, select.EPOLLIN)
                continue
            client = clients[number]
            data = client.connection.recv(262_144)
            if data:
                client.read(data)
            else:
                client.connection.close()
                del clients[number]


serve(3000)
