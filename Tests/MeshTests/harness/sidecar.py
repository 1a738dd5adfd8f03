"""One outrigger-sidecar process under test."""

import os
import re
import signal
import time
import urllib.error
import urllib.request

from rig import accesslog
from rig.ports import free_port
from rig.processes import Process

from . import documents as say

_METRIC = re.compile(r'^(\w+)(?:\{(.*)\})? ([-+.\deE]+|NaN|\+Inf)$', re.M)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    """[(name, {label: value}, number), …]"""
    return [(name, dict(_LABEL.findall(labels or "")), float(value)) for name, labels, value in _METRIC.findall(text)]


class Sidecar:
    """Writes its documents, runs, can be asked by its admin port, and keeps its logs and last metrics on disk."""

    def __init__(self, binary, directory, documents, workers=1, name="sidecar", drain="0s", options=()):
        # Nobody is told of an end in a test: by default it comes at once.
        self.binary, self.name, self.workers, self.drain = binary, name, workers, drain
        self.options = list(options)
        self.directory = directory / name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.configuration = self.directory / "mesh.yaml"
        self.log_path = self.directory / "access.log"
        self.admin_port = free_port()
        self.process = None
        self.write(documents)

    def write(self, documents):
        """Every listener logs unless it says where to: the canary test reads all of it."""
        for document in documents:
            if document["kind"] == "Listener":
                document["spec"].setdefault("accessLog", {"path": str(self.log_path)})
        # Renamed into place: a reload never reads half a file.
        draft = self.configuration.with_suffix(".draft")
        say.write(draft, documents)
        draft.rename(self.configuration)

    def command(self, *more):
        return [self.binary, "--config", self.configuration, "--workers", self.workers, "--admin",
                f"127.0.0.1:{self.admin_port}", "--drain", self.drain, *self.options, *more]

    def start(self):
        self.process = Process(self.name, self.command(), self.directory / "output",
                               environment={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        self.process.wait_until(self.is_ready, 10, "ready")
        return self

    def is_ready(self):
        try:
            return self.ask("/readyz")[0] == 200
        except OSError:
            return False

    def ask(self, path, method="GET"):
        """(status, text) from the admin listener."""
        question = urllib.request.Request(f"http://127.0.0.1:{self.admin_port}{path}", method=method)
        try:
            with urllib.request.urlopen(question, timeout=5) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def metrics(self):
        return parse_metrics(self.ask("/metrics")[1])

    def total(self, name, **labels):
        """The sum of a metric's series that have these labels."""
        return sum(value for found, have, value in self.metrics()
                   if found == name and all(have.get(k) == v for k, v in labels.items()))

    def log(self, count=0, offset=0):
        """Access records after an offset, once there are `count` of them."""
        return accesslog.wait_for(self.log_path, count, offset)

    def mark(self):
        """Where the next access record will begin."""
        return accesslog.size(self.log_path)

    def reload(self):
        os.kill(self.process.pid, signal.SIGHUP)

    def output(self):
        return open(self.process.log, errors="replace").read()

    def pss(self):
        text = open(f"/proc/{self.process.pid}/smaps_rollup").read()
        return 1024 * int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))

    def wait(self, holds, what, seconds=5.0):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
            assert self.process.alive(), f"{self.name} died:\n{self.process.tail()}"
            time.sleep(0.02)

    def stop(self):
        if not self.process:
            return
        died = not self.process.alive()
        if not died:
            (self.directory / "metrics").write_text(self.ask("/metrics")[1])
        status = self.process.stop()
        assert not died, f"{self.name} died by itself with status {status}:\n{self.process.tail(40)}"
        assert status in (0, -signal.SIGTERM), f"{self.name} ended with status {status}:\n{self.process.tail(40)}"
