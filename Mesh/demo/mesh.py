"""The demo's processes: backend, inbound sidecar, edge sidecar; where they listen and what they write."""

import os
import pathlib
import shutil
import sys
import urllib.request

from rig.certificates import Authority
from rig.ports import holder, is_listening
from rig.processes import Failed, Process

HERE = pathlib.Path(__file__).resolve().parent
EDGE, INBOUND, BACKEND = 18080, 15106, 19090
EDGE_ADMIN, INBOUND_ADMIN = 15190, 15192
PORTS = {EDGE: "the edge listener", INBOUND: "the inbound listener", BACKEND: "the demo backend",
         EDGE_ADMIN: "the edge's admin port", INBOUND_ADMIN: "the inbound sidecar's admin port"}
CONFIGURATION = ("tenants.yaml", "edge.yaml", "inbound.yaml")


class DemoMesh:
    """A directory with the configuration, certificates and records, and the three processes that run in it."""

    def __init__(self, directory, sidecar, detached=False):
        self.directory = pathlib.Path(directory).resolve()
        self.sidecar = pathlib.Path(sidecar).resolve()
        self.detached = detached
        self.processes = {}

    def path(self, name):
        return self.directory / name

    def check(self):
        """Everything that would make a start fail half-way, told before anything runs."""
        if not os.access(self.sidecar, os.X_OK):
            raise Failed(f"{self.sidecar} is not there; run Mesh/up without --sidecar to build it")
        taken = []
        for port, use in PORTS.items():
            found = holder(port)
            if found:
                pid, command = found
                who = f"process {pid} ({command})" if pid else "a process of another user"
                taken.append(f"port {port}, wanted for {use}, is taken by {who}")
        if taken:
            hint = "\nIf that is a demo left running, Mesh/up --stop ends it." if self.path("pids").exists() else ""
            raise Failed("\n".join(taken) + hint)

    def prepare(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        for name in (*CONFIGURATION, "message.json", "unknown.json"):
            shutil.copy(HERE / name, self.directory)
        authority = Authority(self.path("certificates"))
        for service in ("edge", "backend"):
            authority.issue_service(service)

    def start_backend(self):
        self._start("backend", [sys.executable, HERE / "backend.py", BACKEND, self.path("backend.records")],
                    lambda: is_listening(BACKEND), "listening")

    def start_inbound(self):
        self._start_sidecar("inbound", INBOUND_ADMIN)

    def start_edge(self):
        self._start_sidecar("edge", EDGE_ADMIN)

    def _start_sidecar(self, role, admin):
        command = [self.sidecar, "--config", "tenants.yaml", "--config", f"{role}.yaml", "--admin",
                   f"127.0.0.1:{admin}", "--drain", "0s"]
        self._start(f"{role} sidecar", command, lambda: _is_ready(admin), "ready")

    def _start(self, name, command, ready, what):
        # Paths in the example configuration are relative: every process runs in the demo's directory.
        previous = os.getcwd()
        os.chdir(self.directory)
        try:
            process = Process(name, command, self.path(name.replace(" ", "-") + ".output"), detached=self.detached)
        finally:
            os.chdir(previous)
        self.processes[name] = process
        with open(self.path("pids"), "a") as file:
            file.write(f"{process.pid} {_start_time(process.pid)} {name}\n")
        process.wait_until(ready, 10, what)

    def stop(self):
        for process in reversed(list(self.processes.values())):
            process.stop()
        self.path("pids").unlink(missing_ok=True)


def _is_ready(admin):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def _start_time(pid):
    """When the kernel started a process: with it a pid cannot be mistaken for a later process of the same number."""
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[19]


def stop_left_running(directory):
    """Ends what an earlier `--keep` left running. Returns the names of what was ended."""
    import signal
    import time

    ended, file = [], pathlib.Path(directory).resolve() / "pids"
    if not file.exists():
        return ended
    for line in reversed(file.read_text().splitlines()):
        pid, started, name = line.split(" ", 2)
        try:
            if _start_time(pid) != started:
                continue
            os.kill(int(pid), signal.SIGTERM)
            ended.append(name)
            for _ in range(250):
                if _start_time(pid) != started:
                    break
                time.sleep(0.02)
            else:
                os.kill(int(pid), signal.SIGKILL)
        except OSError:
            continue
    file.unlink()
    return ended
