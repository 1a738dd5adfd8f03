"""A process's life: how it starts, what it refuses, what it leaves behind, and how it ends."""

import http.client
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness import documents as say
from harness.backend import answer
from harness.wire import Client, client_tls, request
from rig.ports import free_port
from rig.processes import Process


def run(binary, directory, documents, *more, admin=None):
    path = directory / "mesh.yaml"
    say.write(path, documents)
    done = subprocess.run([binary, "--config", path, "--admin", admin or f"127.0.0.1:{free_port()}", *more],
                          capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


def whole(port=None, backend=1, **listener):
    return [say.edge(port or free_port(), **listener), say.service(backend), say.route()]


def unix(path, **more):
    return say.document("Listener", "front", {"role": "edge", "address": f"unix:{path}", **more})


# Refusals

@pytest.mark.parametrize("arguments,part", [
    ([], "--config"), (["--config"], "--config PATH"), (["--config", "x", "--workers", "0"], "1 to 256"),
    (["--config", "x", "--admin", "localhost:1"], "--admin localhost:1"), (["--what"], "--what"),
    (["--config", "x", "--check=yes"], "takes no value")])
def test_command_line_refused(binary, arguments, part):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and part in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version(binary, arguments):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 and "outrigger-sidecar" in done.stdout and not done.stderr


def test_missing_configuration_is_named(binary, tmp_path):
    done = subprocess.run([binary, "--config", tmp_path / "nothing.yaml"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "nothing.yaml" in done.stderr


@pytest.mark.parametrize("taken", ["listener", "admin", "status"])
def test_taken_port_is_named_and_nothing_stays_behind(binary, start, tmp_path, taken):
    backend = start.backend()
    path, log = tmp_path / "front.socket", tmp_path / "access.log"
    documents = [unix(path, accessLog={"path": str(log)}), *whole(backend=free_port())[1:]]
    more, admin = [], None
    if taken == "listener":
        documents.append(say.edge(backend.port, name="second"))
    elif taken == "admin":
        admin = f"127.0.0.1:{backend.port}"
    else:
        more = ["--status", f"127.0.0.1:{backend.port}"]
    status, text = run(binary, tmp_path, documents, *more, admin=admin)
    assert status == 3 and f"127.0.0.1:{backend.port}" in text, text
    assert not path.exists()
    if taken == "listener":
        assert not log.exists()


def test_access_log_that_cannot_be_opened_is_a_problem(binary, start, tmp_path):
    bad = str(tmp_path / "nowhere/access.log")
    documents = whole(accessLog={"path": bad})
    for more in ([], ["--check"]):
        status, text = run(binary, tmp_path, documents, *more)
        assert status == 1 and bad in text, text
    sidecar = start.sidecar(whole(port := free_port(), start.backend().port))
    sidecar.write(documents)
    sidecar.reload()
    sidecar.wait(lambda: bad in sidecar.output(), "the problem is told")
    with Client(port) as client:
        assert client.ask(request()).status == 200


def test_check_leaves_no_log_behind(binary, tmp_path):
    log = tmp_path / "access.log"
    assert run(binary, tmp_path, whole(accessLog={"path": str(log)}), "--check")[0] == 0
    assert not log.exists()


def test_state_directory(binary, start, tmp_path):
    sidecar = start.sidecar(whole(backend=free_port()))
    sidecar.process.stop()
    state = tmp_path / "state"
    sidecar.process = Process("state", sidecar.command("--state", state), sidecar.directory / "output")
    sidecar.process.wait_until(sidecar.is_ready, 10, "ready")
    assert state.is_dir() and state.stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_text("")
    status, text = run(binary, tmp_path, whole(), "--state", str(tmp_path / "file"))
    assert status == 3 and "file" in text


# The admin listener

class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("admin")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def test_unix_sockets_for_admin_and_listener(binary, start, tmp_path):
    backend, admin, front = start.backend(), tmp_path / "admin.socket", tmp_path / "front.socket"
    path = tmp_path / "mesh.yaml"
    say.write(path, [unix(front), say.service(backend.port), say.route()])
    process = Process("unix", [binary, "--config", path, "--admin", f"unix:{admin}", "--drain", "0s"], tmp_path / "output")
    start.cleanup.add(process, process.stop)
    process.wait_until(admin.exists, 5, "listening")

    def ask(where, target):
        connection = UnixConnection(where)
        connection.request("GET", target)
        return connection.getresponse().status
    process.wait_until(lambda: ask(admin, "/readyz") == 200, 5, "ready")
    assert ask(admin, "/clusters") == 200
    assert ask(front, "/") == 200
    # What a killed process leaves behind does not stop the next one.
    process.process.kill()
    process.process.wait()
    assert admin.exists() and front.exists()
    process = Process("unix", [binary, "--config", path, "--admin", f"unix:{admin}", "--drain", "0s"], tmp_path / "output")
    start.cleanup.add(process, process.stop)
    process.wait_until(lambda: process.alive() and _answers(ask, admin), 5, "ready")
    assert ask(front, "/") == 200
    assert process.stop() == 0
    assert not admin.exists() and not front.exists()


def _answers(ask, admin):
    try:
        return ask(admin, "/readyz") == 200
    except OSError:
        return False


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/config", "/clusters"])
def test_admin_methods(start, path):
    sidecar = start.sidecar(whole(backend=free_port()))
    with Client(sidecar.admin_port) as client:
        length = len(client.ask(request(target=path)).body)
        head = client.ask(request("HEAD", path), method="HEAD")
        assert head.status == 200 and head.body == b"" and int(head.get("content-length")) > 0 and length > 0
        refused = client.ask(request("POST", path, body=b"x"))
        assert refused.status == 405 and refused.get("allow") == "GET, HEAD"
    with Client(sidecar.admin_port) as client:
        assert client.ask(request("POST", "/nothing", body=b"x")).status == 404


def test_admin_refuses_what_is_no_request(start):
    sidecar = start.sidecar(whole(backend=free_port()))
    with Client(sidecar.admin_port) as client:
        client.send(b"nonsense\r\n\r\n")
        refused = client.answer()
        assert refused.status == 400 and b"reason" in refused.body


# Events

def test_operator_is_told_of_upstream_failures(start):
    dead = free_port()
    sidecar = start.sidecar(whole(port := free_port(), dead))
    with Client(port) as client:
        for _ in range(30):
            assert client.ask(request()).status == 503

    def told():
        return [line for line in sidecar.output().splitlines() if "upstream.connect_failed" in line]

    # The log has a thread of its own.
    sidecar.wait(told, "a line of the log")
    lines = told()
    assert len(lines) <= 5, lines
    assert f"127.0.0.1:{dead}" in lines[0] and "ECONNREFUSED" in lines[0] and '"service":"backend"' in lines[0]


def test_operator_is_told_of_failed_handshakes(start, authority):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar([say.inbound(port, backend.port, authority), say.service(free_port())])
    with Client(port) as client:
        client.send(b"GET /very-secret HTTP/1.1\r\nHost: a\r\n\r\n")
        sidecar.wait(lambda: "tls.handshake_failed" in sidecar.output(), "the handshake's failure is told")
    assert '"listener":"inbound"' in sidecar.output() and "very-secret" not in sidecar.output()
    assert sidecar.total("outrigger_tls_handshakes_total", result="failed") == 1


# Reloads

def test_listener_moves_and_its_connections_live_on(start):
    backend, old, new = start.backend(), free_port(), free_port()
    sidecar = start.sidecar(whole(old, backend.port))
    with Client(old) as client:
        assert client.ask(request()).status == 200
        sidecar.write(whole(new, backend.port))
        sidecar.reload()
        sidecar.wait(lambda: _connects(new) and not _connects(old), "the listener has moved")
        assert client.ask(request()).status == 200
    with Client(new) as client:
        assert client.ask(request()).status == 200


def test_listener_is_renamed(start):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar(whole(port, backend.port))
    documents = whole(port, backend.port)
    documents[0]["name"] = "renamed"
    with Client(port) as client:
        assert client.ask(request()).status == 200
        sidecar.write(documents)
        sidecar.reload()
        sidecar.wait(lambda: '"renamed"' in sidecar.ask("/config")[1], "the new name is shown")
        assert client.ask(request()).status == 200
    assert [line["listener"] for line in sidecar.log(2)] == ["front", "renamed"]


def test_two_signals_in_a_row(start):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar(whole(port, backend.port))
    for _ in range(5):
        sidecar.reload()
        sidecar.reload()
    sidecar.wait(lambda: sidecar.total("outrigger_config_revision") >= 2, "it was read again")
    with Client(port) as client:
        assert client.ask(request()).status == 200


def test_reload_with_a_bad_certificate_is_refused_with_its_file(start, authority, tmp_path):
    backend, port = start.backend(), free_port()
    listener = say.inbound(port, backend.port, authority)
    sidecar = start.sidecar([listener, say.service(backend.port)])
    junk = tmp_path / "junk.pem"
    junk.write_text("not a certificate")
    broken = say.inbound(port, backend.port, authority)
    broken["spec"]["tls"]["certificate"]["file"] = str(junk)
    sidecar.write([broken, say.service(backend.port)])
    sidecar.reload()
    sidecar.wait(lambda: str(junk) in sidecar.output(), "the file is named")
    with Client(port, client_tls(authority, "edge")) as client:
        assert client.ask(request()).status == 200


def _connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


# The end

def test_drain_answers_what_is_under_way_and_refuses_what_is_new(start):
    gate = threading.Event()
    backend = start.backend(lambda connection, _: (gate.wait(5), connection.send(answer())))
    sidecar = start.sidecar(whole(port := free_port(), backend.port))
    process = sidecar.process
    with Client(port) as client, Client(port) as idle:
        client.send(request())
        backend.wait_for(1)
        began = time.monotonic()
        process.process.terminate()
        sidecar.wait(lambda: not _connects(port), "new connections are refused", seconds=2)
        assert sidecar.ask("/readyz")[0] == 503
        assert idle.is_closed()
        gate.set()
        reply = client.answer()
        assert reply.status == 200 and reply.get("connection") == "close"
    assert process.process.wait(5) == 0
    assert time.monotonic() - began < 5
    sidecar.process = None


@pytest.mark.parametrize("workers", [1, 3])
def test_drain_answers_who_waits_in_the_backlog(start, workers):
    """Told to end before it has heard of them: clients that the kernel had let in, with a request and without."""
    backend = start.backend()
    sidecar = start.sidecar(whole(port := free_port(), backend.port), workers=workers)
    process = sidecar.process
    with Client(port) as kept:
        assert kept.ask(request()).status == 200
        os.kill(process.pid, signal.SIGSTOP)
        clients = [Client(port) for _ in range(25)]
        for client in [kept, *clients[:20]]:
            client.send(request())
        os.kill(process.pid, signal.SIGTERM)
        os.kill(process.pid, signal.SIGCONT)
        sidecar.wait(lambda: sidecar.ask("/readyz")[0] == 503, "draining")
        for client in clients[20:]:
            client.send(request())
        for client in [kept, *clients]:
            reply = client.answer()
            assert reply.status == 200
            # A worker that wakes before it hears of the drain answers the first ones as ever: the close follows.
            assert client not in clients[20:] or reply.get("connection") == "close"
            assert client.is_closed()
            client.close()
    assert process.process.wait(5) == 0
    sidecar.process = None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_twice_it_ends_at_once(start, number):
    gate = threading.Event()
    backend = start.backend(lambda connection, _: (gate.wait(10), connection.send(answer())))
    sidecar = start.sidecar(whole(port := free_port(), backend.port))
    process = sidecar.process
    with Client(port) as client:
        client.send(request())
        backend.wait_for(1)
        os.kill(process.pid, number)
        sidecar.wait(lambda: sidecar.ask("/readyz")[0] == 503, "draining")
        began = time.monotonic()
        os.kill(process.pid, number)
        assert process.process.wait(2) == 0
        assert time.monotonic() - began < 1
        gate.set()
    sidecar.process = None


def test_drain_ends_when_its_time_is_up(start):
    gate = threading.Event()
    backend = start.backend(lambda connection, _: (gate.wait(15), connection.send(answer())))
    sidecar = start.sidecar(whole(port := free_port(), backend.port))
    process = sidecar.process
    with Client(port) as client:
        client.send(request())
        backend.wait_for(1)
        began = time.monotonic()
        process.process.terminate()
        assert process.process.wait(8) == 0
        assert 4.5 < time.monotonic() - began < 6
        gate.set()
    sidecar.process = None


def test_output_that_nobody_reads_does_not_keep_it_from_ending(binary, start, tmp_path):
    backend, port, admin = start.backend(), free_port(), free_port()
    path = tmp_path / "mesh.yaml"
    say.write(path, whole(port, backend.port, accessLog={"path": "/dev/stdout"}))
    process = subprocess.Popen([binary, "--config", path, "--admin", f"127.0.0.1:{admin}", "--drain", "0s"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not _connects(port):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with Client(port) as client:
            for _ in range(600):
                assert client.ask(request()).status == 200
        process.terminate()
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
