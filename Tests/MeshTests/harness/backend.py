"""A backend that records exactly what it was sent, and misbehaves on demand."""

import dataclasses
import socket
import struct
import threading
import time

from .wire import Closed, Message, Reader


@dataclasses.dataclass
class Seen:
    """One request as the backend got it, and the number of the connection that it came on."""

    message: Message
    connection: int

    def __getattr__(self, name):
        return getattr(self.message, name)


def answer(status=200, body=b"ok", fields=(), phrase="Told"):
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in fields)]
    if status not in (204, 304) and status >= 200:
        lines.append(f"Content-Length: {len(body)}")
    else:
        body = b""
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


class Connection:
    """The backend's side of one connection, handed to behaviours."""

    def __init__(self, stream, number):
        self.stream = stream
        self.number = number
        self.reader = Reader(stream)
        self.open = True

    def send(self, data):
        self.stream.sendall(data)

    def close(self):
        self.open = False
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.stream.close()

    def reset(self):
        self.open = False
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()


class Backend:
    """Listens on a free port; answers 200 unless a behaviour says otherwise.

    `on_request(connection, request)` gets each whole request and sends what it likes; `on_head(connection, head)` gets
    a head before its body is read, and returning true means that it dealt with the request.
    """

    def __init__(self, on_request=None, on_head=None):
        self.on_request = on_request or (lambda connection, _: connection.send(answer()))
        self.on_head = on_head
        self.requests = []
        self.connections = 0
        self._changed = threading.Condition()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self._serve, args=(Connection(stream, self.connections),), daemon=True).start()

    def _serve(self, connection):
        self._open.add(connection)
        try:
            while connection.open:
                head = connection.reader.head()
                if self.on_head and self.on_head(connection, head):
                    self._record(head, connection)
                    continue
                if (head.get("expect") or "").lower() == "100-continue":
                    connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
                request = connection.reader.body(head)
                self._record(request, connection)
                self.on_request(connection, request)
        except (Closed, OSError):
            pass
        finally:
            self._open.discard(connection)
            if connection.open:
                connection.close()

    def _record(self, message, connection):
        with self._changed:
            self.requests.append(Seen(message, connection.number))
            self._changed.notify_all()

    def wait_for(self, count, seconds=5.0):
        with self._changed:
            self._changed.wait_for(lambda: len(self.requests) >= count, seconds)
            return list(self.requests)

    @property
    def last(self):
        return self.requests[-1]

    def close(self):
        self._listener.close()
        for connection in list(self._open):
            connection.close()


# Behaviours, by name.

def slowly(seconds, then=None):
    def behave(connection, request):
        time.sleep(seconds)
        (then or (lambda c, _: c.send(answer())))(connection, request)
    return behave


def closing_after(data):
    """Sends these bytes and closes: mid-head, mid-body, or with nothing at all."""
    def behave(connection, _):
        connection.send(data)
        connection.close()
    return behave


def resetting(connection, _):
    connection.reset()


def with_garbage(connection, _):
    """A good answer, and more bytes than it announced."""
    connection.send(answer() + b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned")


def closing_idle(connection, _):
    """A keep-alive answer whose connection is closed at once: the race that every pool has to win."""
    connection.send(answer())
    connection.close()
