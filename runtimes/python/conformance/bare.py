"""The bare server: what Python and httptools cost by themselves."""

import select
import socket
import sys
import time

sys.path.insert(0, "/usr/local/lib/open-runtimes/python")
from httptools import HttpRequestParser


class Client:
    """One connection. As every HTTP library it collects the fields of the head, and answers with a date."""

    def __init__(self, connection):
        self.connection = connection
        self.parser = HttpRequestParser(self)
        self.fields = {}

    def on_header(self, name, value):
        self.fields[name.lower()] = value

    def on_message_complete(self):
        self.fields = {}
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
                client.parser.feed_data(data)
            else:
                client.connection.close()
                del clients[number]


serve(3000)
