"""What each feature costs that is off by default: our program with it beside our program without it."""

import http.client
import os
import socket
import threading

from rig.ports import free_port
from rig.processes import Failed

from . import gates
from .load import wrk
from .rounds import Ratio, interleave, median
from .targets import LOAD_CORE, Outrigger


class Collector:
    """Takes what is sent to it and says 200. It reads nothing: decoding would be measured as load."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.batches = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        os.sched_setaffinity(0, {LOAD_CORE})
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        stream = connection.makefile("rb")
        while stream.readline():
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            stream.read(length)
            self.batches += 1
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")


class Tap:
    """Watches the listener's requests for as long as it is open, through the admin listener."""

    def __init__(self, target):
        self.connection = http.client.HTTPConnection("127.0.0.1", target.metrics_port, timeout=60)
        self.connection.request("POST", "/tap?for=5m&rate=1000&max=100000")
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise Failed(f"the tap was refused: {self.answer.status} {self.answer.read(500)!r}")
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self):
        os.sched_setaffinity(0, {LOAD_CORE})
        try:
            while self.answer.read1(1 << 16):
                pass
        except (OSError, ValueError, AttributeError):
            pass


def _variant(bench, name, fields="", arguments=()):
    target = Outrigger(bench, label="-" + name.replace(" ", "-").replace("%", ""), name=name)
    target.listener_fields = fields
    target.more_arguments = arguments
    return target


def compare(options, bench, rows):
    collector = Collector()
    spans = ("--collector", f"http://127.0.0.1:{collector.port}")
    plain = _variant(bench, "off")
    logged = _variant(bench, "access log")
    logged.listener_fields = f", accessLog: {{ path: {logged.directory / 'access.log'} }}"
    tapped = _variant(bench, "tap")
    targets = [
        plain, logged,
        _variant(bench, "spans 1%", ', tracing: { sample: "1%" }', spans),
        _variant(bench, "spans 100%", ', tracing: { sample: "100%" }', spans),
        _variant(bench, "collector dead", ', tracing: { sample: "100%" }', ("--collector", f"http://127.0.0.1:{free_port()}")),
        tapped,
    ]
    for target in targets:
        target.start()
    Tap(tapped)
    print("\nfeatures: HTTP/1.1, 64 connections, 1 KiB, with one feature on", flush=True)
    results = interleave(targets, options.rounds, lambda t, s=options.seconds: wrk(t, s))
    for target in targets[1:]:
        rounds, over, limit = results[target.name], plain.name, None
        if target.name == "collector dead":
            over, limit = "spans 100%", gates.DEAD_COLLECTOR
        row = gates.feature(target.name, Ratio(rounds, results[over]), median(rounds, "cpu_us"),
                            median(results[over], "cpu_us"), limit, over)
        print(f"  {row.what:18} {row.value:18} {row.note}")
        rows.append(row)
    if not collector.batches:
        raise Failed("no span reached the collector: the figures of spans are none")
    for target in targets:
        target.stop()
