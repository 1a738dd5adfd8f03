"""HTTP/1.1 at the level of bytes: a raw client, and a reader that both it and the recording backend use."""

import dataclasses
import socket
import ssl
import time

TIMEOUT = 5.0  # no answer in this time is a hang, which fails the test


@dataclasses.dataclass
class Message:
    start: str
    fields: list           # [(name as sent, value), …]
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)
    raw_head: bytes = b""
    raw_body: bytes = b""  # as framed on the wire
    interim: list = dataclasses.field(default_factory=list)  # heads of 1xx answers before it

    @property
    def status(self):
        return int(self.start.split(" ")[1])

    @property
    def method(self):
        return self.start.split(" ")[0]

    @property
    def target(self):
        return self.start.split(" ")[1]

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def get(self, name, otherwise=None):
        found = self.all(name)
        return found[-1] if found else otherwise

    @property
    def reason(self):
        return self.get("x-outrigger-reason", "")


class Closed(Exception):
    """The other side ended the connection; `.partial` is what came of a message before."""

    def __init__(self, partial=b""):
        super().__init__(f"closed after {partial[:200]!r}")
        self.partial = partial


class Reader:
    """Takes whole messages out of a stream of bytes."""

    def __init__(self, stream):
        self.stream = stream
        self.buffer = b""

    def _more(self):
        piece = self.stream.recv(65536)
        if not piece:
            raise Closed(self.buffer)
        self.buffer += piece

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        part, self.buffer = self.buffer.split(mark, 1)
        return part + mark

    def exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def head(self):
        raw = self._until(b"\r\n\r\n")
        start, *lines = raw[:-4].decode("latin-1").split("\r\n")
        fields = [tuple(part.strip(" \t") for part in line.split(":", 1)) for line in lines]
        return Message(start, fields, raw_head=raw)

    def body(self, message, until_close=False):
        if "chunked" in (message.get("transfer-encoding") or "").lower():
            self._chunked(message)
        elif (length := message.get("content-length")) is not None:
            message.body = message.raw_body = self.exactly(int(length))
        elif until_close:
            try:
                while True:
                    self._more()
            except Closed:
                message.body, self.buffer = self.buffer, b""
        return message

    def _chunked(self, message):
        while True:
            line = self._until(b"\r\n")
            message.raw_body += line
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            data = self.exactly(size + 2)
            message.raw_body += data
            message.body += data[:-2]
        while (line := self._until(b"\r\n")) != b"\r\n":
            message.raw_body += line
            name, value = line[:-2].decode("latin-1").split(":", 1)
            message.trailers.append((name, value.strip()))
        message.raw_body += line

    def request(self):
        return self.body(self.head())

    def answer(self, method="GET"):
        message, interim = self.head(), []
        while 100 <= message.status < 200 and message.status != 101:
            interim.append(message)
            message = self.head()
        message.interim = interim
        if method == "HEAD" or message.status in (101, 204, 304):
            return message
        return self.body(message, until_close=True)


class Client:
    """One connection to a port of 127.0.0.1."""

    def __init__(self, port, tls=None, timeout=TIMEOUT):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="mesh.test")
        self.reader = Reader(self.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, *pieces, pause=0.0):
        for i, piece in enumerate(pieces):
            if i and pause:
                time.sleep(pause)
            self.socket.sendall(piece)

    def answer(self, method="GET"):
        return self.reader.answer(method)

    def ask(self, raw, method=None):
        self.send(raw)
        return self.answer(method or raw.split(b" ", 1)[0].decode("latin-1"))

    def finish(self):
        """Says that nothing more will be sent; answers can still be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def is_closed(self):
        """Whether the other side ends the connection now: reads to the end, and refuses further bytes as a failure."""
        try:
            rest = self.reader.buffer + self.socket.recv(65536)
        except ConnectionResetError:
            return True
        assert rest == b"", f"bytes after the last answer: {rest[:200]!r}"
        return True

    def close(self):
        self.socket.close()


def request(method="GET", target="/", fields=(), body=None, host="acme.example.test", version="HTTP/1.1"):
    """The bytes of a well-formed request; Content-Length is added for a body."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body or b"")


def chunked(*pieces, trailers=()):
    """A chunked body of these pieces."""
    parts = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    ends = [f"{name}: {value}\r\n".encode() for name, value in trailers]
    return b"".join([*parts, b"0\r\n", *ends, b"\r\n"])


def client_tls(authority, name):
    """Presents the authority's leaf NAME; the server's chain is verified, its name is not."""
    context = ssl.create_default_context(cafile=authority.certificate)
    context.check_hostname = False
    if name:
        context.load_cert_chain(authority.path(f"{name}.pem"), authority.path(f"{name}.key"))
    return context
