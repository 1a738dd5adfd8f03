"""Clients that go on asking while sidecars end and begin: each honours `Connection: close` and goes elsewhere."""

import asyncio
import time

PACE = 0.06
PATIENCE = 5.0


class Failure(Exception):
    """A request that was not answered as it should be."""


class Client:
    """Asks at a steady pace over one connection, and goes to the next port when told to close or refused."""

    def __init__(self, ports, request, tls=None, keeps=True):
        self.ports, self.request, self.tls, self.keeps = ports, request, tls, keeps
        self.place = 0
        self.streams = None
        self.answered = self.told = self.refused = self.ended_idle = 0
        self.failures = []

    async def live(self, is_over):
        while not is_over():
            began = time.monotonic()
            try:
                await asyncio.wait_for(self._ask(), PATIENCE)
                self.answered += 1
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, EOFError, Failure) as problem:
                self.failures.append(f"port {self.ports[self.place]}: {problem!r}")
                self._leave()
            await asyncio.sleep(max(0.0, PACE - (time.monotonic() - began)))
        self._leave()

    async def _connect(self):
        for _ in range(20):
            try:
                name = "mesh.test" if self.tls else None
                self.streams = await asyncio.open_connection(
                    "127.0.0.1", self.ports[self.place], ssl=self.tls, server_hostname=name)
                return
            except ConnectionRefusedError:
                self.refused += 1
                self.place = (self.place + 1) % len(self.ports)
        raise Failure("nobody listens anywhere")

    def _leave(self):
        if self.streams:
            self.streams[1].close()
            self.streams = None

    async def _ask(self):
        if self.streams and self.streams[0].at_eof():
            # An idle connection may end at any time; the request was not sent yet.
            self.ended_idle += 1
            self._leave()
        if not self.streams:
            await self._connect()
        reader, writer = self.streams
        writer.write(self.request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        if status != 200:
            raise Failure(head)
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        await reader.readexactly(length)
        if "connection: close" in head:
            self.told += 1
            # The end comes as an end, and not as a reset.
            if await reader.read() != b"":
                raise Failure("bytes behind the last answer")
            self._leave()
            self.place = (self.place + 1) % len(self.ports)
        elif not self.keeps:
            self._leave()
            self.place = (self.place + 1) % len(self.ports)
