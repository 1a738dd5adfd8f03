"""A tap on a sidecar's requests, as its reader."""

import http.client
import json
import socket
import threading


class Tap:
    """An open tap, read on a thread of its own unless it is to be a slow reader."""

    def __init__(self, sidecar, query="", reads=True, buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", sidecar.admin_port))
        self.socket.sendall(f"POST /tap{query} HTTP/1.1\r\nHost: admin\r\n\r\n".encode())
        self.reply = http.client.HTTPResponse(self.socket, method="POST")
        self.reply.begin()
        self.lines, self.changed, self.over = [], threading.Condition(), False
        self.thread = threading.Thread(target=self.read, daemon=True)
        if reads:
            self.thread.start()
            if self.reply.status == 200:
                self.wait(lambda: self.lines, "the first line")

    def read(self):
        try:
            while line := self.reply.readline():
                with self.changed:
                    self.lines.append(json.loads(line))
                    self.changed.notify_all()
        except OSError:
            pass
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def wait(self, holds, what, seconds=10):
        with self.changed:
            assert self.changed.wait_for(holds, seconds), f"{what}: not within {seconds} s, but {self.lines[-3:]}"

    def events(self, count=0):
        self.wait(lambda: len(self._events()) >= count or self.over, f"{count} events")
        return self._events()

    def _events(self):
        return [line for line in self.lines if "tap" not in line]

    def end(self, seconds=10):
        """The last line."""
        self.wait(lambda: self.over, "the end", seconds)
        assert self.lines[-1]["tap"] == "end"
        return self.lines[-1]

    def close(self):
        if self.thread.is_alive():
            self.socket.shutdown(socket.SHUT_RDWR)
            self.thread.join()
        self.socket.close()
        self.reply.close()
