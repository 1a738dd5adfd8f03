"""Below a service manager: what it is told, and the sockets that it hands over."""

import fcntl
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from harness import documents as say
from harness.wire import Client, request
from rig.ports import free_port
from test_crashes import faults  # noqa: F401  the fixture


class Manager:
    """The notification socket of a service manager."""

    def __init__(self, directory, abstract):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(5)
        if abstract:
            name = f"outrigger-test-{os.getpid()}-{time.monotonic_ns()}"
            self.name, address = "@" + name, "\0" + name
        else:
            self.name = address = str(directory / "notify")
        self.socket.bind(address)

    def next(self, wanted=None):
        """The next message's variables; of those with `wanted` when that is given."""
        while True:
            told = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())
            if wanted is None or wanted in told:
                return told

    def close(self):
        self.socket.close()


def launch(sidecar, environment=None, sockets=(), *more):
    """Starts the sidecar's command with a service manager's environment; `sockets` become descriptors 3 and on."""
    # High numbers first: none is overwritten before it is copied.
    high = [fcntl.fcntl(held.fileno(), fcntl.F_DUPFD, 100) for held in sockets]
    moves = " ".join([f"{3 + place}<&{number}" for place, number in enumerate(high)] + [f"{number}<&-" for number in high])
    names = {"LISTEN_FDS": str(len(sockets))} if sockets else {}
    script = f'LISTEN_PID=$$ exec "$@" {moves}' if sockets else 'exec "$@"'
    with open(sidecar.directory / "output", "ab") as output:
        made = subprocess.Popen(
            ["bash", "-c", script, "bash", *map(str, sidecar.command(*more))], stdout=output, stderr=output, pass_fds=high,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **names, **(environment or {})})
    for number in high:
        os.close(number)
    return Under(made, sidecar.directory / "output")


class Under:
    """A sidecar under a service manager, as the harness knows processes."""

    def __init__(self, process, log):
        self.process, self.log = process, log
        self.pid = process.pid

    def alive(self):
        return self.process.poll() is None

    def tail(self, lines=15):
        return "\n".join(pathlib.Path(self.log).read_text().splitlines()[-lines:])

    def stop(self):
        if self.alive():
            self.process.terminate()
        try:
            return self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@pytest.fixture
def under(start):
    def make(documents, environment=None, sockets=(), more=(), ready=True):
        sidecar = start.sidecar(documents)
        sidecar.process.stop()
        sidecar.process = launch(sidecar, environment, sockets, *more)
        if ready:
            sidecar.wait(sidecar.is_ready, "ready")
        return sidecar
    return make


def mesh(start, port):
    return [say.edge(port), say.service(start.backend().port), say.route()]


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_service_manager_is_told(start, under, tmp_path, abstract):
    manager = Manager(tmp_path, abstract)
    documents = mesh(start, free_port())
    sidecar = under(documents, {"NOTIFY_SOCKET": manager.name}, more=["--drain", "300ms"])
    told = manager.next()
    assert told["READY"] == "1" and told["STATUS"] == "Serving revision 1 with 1 worker."
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    sidecar.reload()
    told = manager.next()
    assert told["RELOADING"] == "1" and before <= int(told["MONOTONIC_USEC"]) < before + 5_000_000
    told = manager.next()
    assert told["READY"] == "1" and told["STATUS"] == "Serving revision 2 with 1 worker."
    sidecar.configuration.write_text("nonsense")
    sidecar.reload()
    assert manager.next()["RELOADING"] == "1"
    # A refused configuration ends the reload too: the last one serves on.
    assert "revision 2" in manager.next("READY")["STATUS"]
    sidecar.process.process.terminate()
    told = manager.next()
    assert told["STOPPING"] == "1" and told["STATUS"].startswith("Draining: accepts for 300 ms")
    assert 5_300_000 <= int(told["EXTEND_TIMEOUT_USEC"]) <= 7_000_000
    assert sidecar.process.process.wait(8) == 0
    sidecar.process = None
    manager.close()


def test_watchdog_hears_of_workers_that_turn_and_of_no_stuck_one(start, under, tmp_path, faults):  # noqa: F811
    manager, port = Manager(tmp_path, False), free_port()
    sidecar = under(mesh(start, port), {
        "NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "400000", "LD_PRELOAD": str(faults), "OUTRIGGER_FAULT": "worker-stuck"})
    began = time.monotonic()
    for _ in range(5):
        assert manager.next("WATCHDOG") == {"WATCHDOG": "1"}
    assert time.monotonic() - began < 2
    stuck = socket.create_connection(("127.0.0.1", port))
    # What was answered before may still be told once.
    manager.socket.settimeout(1)
    told = 0
    with pytest.raises(TimeoutError):
        while True:
            manager.next("WATCHDOG")
            told += 1
    assert told <= 2
    assert sidecar.ask("/healthz")[0] == 200
    stuck.close()
    sidecar.process.process.kill()
    sidecar.process.process.wait()
    sidecar.process = None
    manager.close()


def test_watchdog_of_another_process_is_not_fed(start, under, tmp_path):
    manager = Manager(tmp_path, False)
    sidecar = under(mesh(start, free_port()), {
        "NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"})
    assert "READY" in manager.next()
    manager.socket.settimeout(0.5)
    with pytest.raises(TimeoutError):
        manager.next()
    assert sidecar.process.alive()
    manager.close()


def test_manager_that_is_gone_is_no_reason_to_end(start, under, tmp_path):
    sidecar = under(mesh(start, port := free_port()), {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    with Client(port) as client:
        assert client.ask(request()).status == 200
    sidecar.wait(lambda: "service.notify_failed" in sidecar.output(), "it is told", seconds=8)


def test_inherited_sockets_are_used_and_live_on(start):
    sockets = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in range(3)]
    port, admin_port, spare_port = (held.getsockname()[1] for held in sockets)
    # Before there is a process.
    early = socket.create_connection(("127.0.0.1", port))
    early.sendall(request())
    documents = mesh(start, port)
    sidecar = start.sidecar([say.edge(free_port()), *documents[1:]])
    sidecar.process.stop()
    sidecar.admin_port = admin_port
    sidecar.write(documents)
    sidecar.process = launch(sidecar, {"LISTEN_FDNAMES": "front:admin:spare"}, sockets)
    sockets.pop().close()
    sidecar.wait(sidecar.is_ready, "ready")
    assert early.recv(65536).startswith(b"HTTP/1.1 200")
    early.close()
    sidecar.wait(lambda: "service.socket_unused" in sidecar.output(), "the unused one is told")
    assert re.search(rf'"address":"127.0.0.1:{spare_port}","name":"spare"', sidecar.output())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", spare_port))
    sidecar.process.process.terminate()
    assert sidecar.process.process.wait(8) == 0
    # Whoever comes between two processes waits for the next one.
    late = socket.create_connection(("127.0.0.1", port))
    late.sendall(request())
    sidecar.process = launch(sidecar, None, sockets)
    assert late.recv(65536).startswith(b"HTTP/1.1 200")
    late.close()
    assert sidecar.process.stop() == 0
    sidecar.process = None
    for held in sockets:
        held.close()


def test_inherited_unix_socket_keeps_its_file(start, tmp_path):
    path = tmp_path / "front.socket"
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(path))
    made.listen(8)
    backend = start.backend()
    sidecar = start.sidecar([say.edge(free_port()), say.service(backend.port), say.route()])
    sidecar.process.stop()
    sidecar.write([say.document("Listener", "front", {"role": "edge", "address": f"unix:{path}"}),
                   say.service(backend.port), say.route()])
    sidecar.process = launch(sidecar, None, [made])
    sidecar.wait(sidecar.is_ready, "ready")
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(path))
    client.sendall(request())
    assert client.recv(65536).startswith(b"HTTP/1.1 200")
    client.close()
    sidecar.process.process.terminate()
    assert sidecar.process.process.wait(8) == 0
    sidecar.process = None
    assert path.exists()
    made.close()


@pytest.mark.parametrize("environment,part", [
    ({"NOTIFY_SOCKET": "relative"}, "NOTIFY_SOCKET is 'relative'"), ({"WATCHDOG_USEC": "0"}, "WATCHDOG_USEC is '0'"),
    ({"LISTEN_FDS": "257"}, "LISTEN_FDS is '257'"), ({"LISTEN_FDS": "1"}, "cannot use an inherited socket")])
def test_environment_that_cannot_be_is_refused(start, environment, part):
    sidecar = start.sidecar(mesh(start, free_port()))
    sidecar.process.stop()
    sidecar.process = None
    command = ["bash", "-c", 'LISTEN_PID=$$ exec "$@"', "bash", *map(str, sidecar.command())]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=10)
    assert done.returncode == 3 and part in done.stderr, done.stderr


def test_what_is_meant_for_another_process_is_left_alone(start, under):
    sidecar = under(mesh(start, port := free_port()), {"LISTEN_PID": "1", "LISTEN_FDS": "400"})
    with Client(port) as client:
        assert client.ask(request()).status == 200
