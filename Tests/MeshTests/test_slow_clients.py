"""Clients that are slow, idle, heavy or silent, many at a time: each is bounded by a named limit, and who asks beside
them is served."""

import contextlib
import re
import resource
import select
import shutil
import socket
import subprocess
import threading
import time

import pytest

from harness import documents as say
from harness.backend import answer
from harness.wire import Client, Closed, client_tls, request
from rig.ports import free_port

LARGE = 12 << 20
ANSWERS = {"/large": answer(200, b"x" * LARGE), "/small": answer(200, b"small")}
#: Short forms of the limits, so that the tests are.
LIMITS = {"headTimeout": "2s", "idleTimeout": "3s", "minimumProgress": {"bytes": "2KiB", "window": "2s"}}


def respond(connection, asked):
    connection.send(ANSWERS[asked.target])


class Beside:
    """Ordinary traffic while something else goes on: one request after the other, none of which may fail."""

    def __init__(self, port):
        self.port, self.count, self.problem, self.slowest = port, 0, None, 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        client = Client(self.port, timeout=15)
        while not self._stop.wait(0.02):
            began = time.monotonic()
            try:
                reply = client.ask(request(target="/small"))
                assert reply.status == 200, f"{reply.status} {reply.reason}"
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.count += 1
            except (Closed, OSError, AssertionError) as problem:
                self.problem = problem
                return
        client.close()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        # On a machine with much else to do, few requests fit into a short test.
        deadline = time.monotonic() + 10
        while self.problem is None and self.count < 10 and time.monotonic() < deadline:
            time.sleep(0.02)
        self._stop.set()
        self._thread.join(10)
        if kind is None:
            assert self.problem is None, f"a request beside failed after {self.count} good ones: {self.problem!r}"
            assert self.count >= 10, f"only {self.count} requests beside, the slowest took {self.slowest:.2f} s"


@pytest.fixture
def front(pair):
    """An edge with short limits; what an attack made it take, it gives back."""
    sidecar, port, backend = pair(respond, listener=LIMITS)
    with Client(port) as client:
        assert client.ask(request(target="/small")).status == 200
    base = sidecar.pss()
    yield sidecar, port, backend
    sidecar.wait(lambda: sidecar.pss() - base < 4 << 20, "memory is back", 20)


def took(client, seconds):
    """Time until the other side ends the connection, and what came before."""
    began, got = time.monotonic(), b""
    client.socket.settimeout(seconds)
    try:
        while piece := client.socket.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    return time.monotonic() - began, got


def drip(clients, piece, seconds, until=None):
    """Sends a piece to each client, a round every half second."""
    deadline = time.monotonic() + seconds
    living = list(clients)
    while living and time.monotonic() < deadline:
        for client in list(living):
            try:
                client.socket.send(piece)
            except OSError:
                living.remove(client)
        if until and until():
            return
        time.sleep(0.5)


def test_slow_heads_are_answered_with_408(front):
    sidecar, port, _ = front
    with Beside(port), contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(port)) for _ in range(100)]
        for client in clients:
            client.send(b"GET /small HTTP/1.1\r\nHost: acme.example.test\r\nX-Slow: ")
        drip(clients, b"a", 2.5)
        for client in clients:
            reply = client.answer()
            assert (reply.status, reply.reason) == (408, "request.timeout")
            assert reply.get("connection") == "close"
    assert sidecar.total("outrigger_refusals_total", reason="request.timeout") == 100


def test_slow_bodies_are_answered_with_408_and_the_answer_is_received(front):
    sidecar, port, _ = front
    with Beside(port), contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(port)) for _ in range(100)]
        for client in clients:
            client.send(b"POST /small HTTP/1.1\r\nHost: acme.example.test\r\nContent-Length: 100000\r\n\r\n")
        drip(clients, b"b", 4)  # some of it behind the answer
        for client in clients:
            reply = client.answer()
            assert (reply.status, reply.reason) == (408, "request.timeout")
    assert sidecar.total("outrigger_slow_clients_total", what="body") == 100


def test_a_body_of_a_moderate_pace_goes_through(front):
    _, port, backend = front
    with Client(port) as client:
        client.send(b"POST /small HTTP/1.1\r\nHost: acme.example.test\r\nContent-Length: 12288\r\n\r\n")
        for _ in range(12):
            client.send(b"c" * 1024)
            time.sleep(0.5)
        assert client.answer().status == 200
    assert len(backend.last.body) == 12288


def narrow(port):
    """A client with a small window, so that the kernel's buffers do not take the answer in its place."""
    client = Client.__new__(Client)
    client.socket = socket.socket()
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.socket.settimeout(5)
    client.socket.connect(("127.0.0.1", port))
    return client


def test_readers_that_take_next_to_nothing_are_cut_off(front):
    sidecar, port, _ = front
    with Beside(port), contextlib.ExitStack() as stack:
        clients = [stack.enter_context(contextlib.closing(narrow(port))) for _ in range(20)]
        for client in clients:
            client.socket.send(request(target="/large"))
        # Half of them read a byte every half second, half nothing at all.
        deadline = time.monotonic() + 12
        while sidecar.total("outrigger_slow_clients_total", what="answer") < 20 and time.monotonic() < deadline:
            for client in clients[:10]:
                with contextlib.suppress(OSError):
                    client.socket.recv(1)
            time.sleep(0.5)
        assert sidecar.total("outrigger_slow_clients_total", what="answer") == 20

    def cut():
        # The honest client's requests are logged among these.
        return [record for record in sidecar.log() if record.get("reason") == "client.too_slow"]

    sidecar.wait(lambda: len(cut()) == 20, "20 lines of clients that were cut off")
    assert all(record["status"] == 200 for record in cut())


def test_a_reader_of_a_moderate_pace_gets_its_whole_answer(front):
    """Slower than the kernel's buffer empties by a step in a window, and faster than the rule."""
    _, port, _ = front
    client = narrow(port)
    client.socket.send(request(target="/large"))
    got, deadline = 0, time.monotonic() + 8
    while time.monotonic() < deadline:
        got += len(client.socket.recv(3000))
        time.sleep(0.2)
    assert got > 40_000
    client.socket.settimeout(20)
    while got < LARGE:
        piece = client.socket.recv(1 << 20)
        assert piece, f"the answer ended after {got} bytes"
        got += len(piece)
    client.close()


FLOODS = {
    "many fields": ([f"X-{i}: a\r\n" for i in range(5000)], 431),
    "huge fields": (["X-Huge: " + "a" * 30000 + "\r\n"] * 5, 431),
    "a field without end": (["X-Huge: "] + ["a" * 1000] * 100, 431),
    "a target without end": (None, 414),
}


@pytest.mark.parametrize("name", FLOODS)
def test_head_floods_are_refused_and_the_answer_is_received(front, name):
    _, port, _ = front
    lines, status = FLOODS[name]
    with Beside(port):
        for _ in range(20):
            with Client(port) as client:
                pieces = ["GET /small HTTP/1.1\r\nHost: acme.example.test\r\n", *lines] if lines else ["GET /" + "a" * 70000]
                with contextlib.suppress(ConnectionError):
                    client.send(*(piece.encode() for piece in pieces))
                assert client.answer().status == status
        time.sleep(0.3)


def test_a_head_of_single_bytes_is_understood(front):
    _, port, _ = front
    head = request(target="/small", fields=[(f"X-{i}", "a" * 20) for i in range(50)])
    with Client(port) as client:
        for index in range(len(head)):
            client.send(head[index:index + 1])
        assert client.answer().status == 200


def test_a_body_over_its_limit_is_a_413_that_is_received(pair):
    _, port, _ = pair(respond, route={"maxBodyBytes": "64KiB"})
    for head in (b"Content-Length: 10000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"):
        with Client(port) as client:
            client.send(b"POST /small HTTP/1.1\r\nHost: acme.example.test\r\n" + head)
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    client.send(b"186a0\r\n" + b"d" * 100_000 + b"\r\n")
            reply = client.answer()
            assert (reply.status, reply.reason) == (413, "body.too_large")


def test_ten_thousand_idle_connections_cost_little_and_are_closed(pair):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = 10_000
    assert hard == resource.RLIM_INFINITY or hard > count + 500, f"RLIMIT_NOFILE allows {hard} files"
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 2000), hard))
    idle = []
    try:
        sidecar, port, _ = pair(respond, listener={"headTimeout": "12s", "idleTimeout": "12s"})
        with Client(port) as client:
            assert client.ask(request(target="/small")).status == 200
        base = sidecar.pss()
        for _ in range(count):
            idle.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        sidecar.wait(lambda: sidecar.total("outrigger_connections", direction="edge") >= count, "all are open", 30)
        each = (sidecar.pss() - base) / count
        assert each <= 1024, f"{each:.0f} bytes for each idle connection"
        with Beside(port):
            time.sleep(0.5)
        sidecar.wait(lambda: sidecar.total("outrigger_connections", direction="edge") <= 2, "all are closed", 30)
        assert idle[0].recv(1) == idle[-1].recv(1) == b""
        # Memory goes back with the next rounds of trimming.
        sidecar.wait(lambda: sidecar.pss() - base < 3 << 20, "memory is back", 30)
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_client_that_never_sends_and_one_that_falls_silent_are_closed_in_time(front):
    _, port, _ = front
    with Client(port) as never, Client(port) as once:
        assert once.ask(request(target="/small")).status == 200
        seconds, got = took(once, 10)
        assert 2.5 <= seconds <= 6 and got == b""
        seconds, got = took(never, 10)
        assert seconds <= 1 and got == b""  # its two seconds are over already


def test_half_open_handshakes_do_not_keep_others_out(start, authority):
    backend, port = start.backend(respond), free_port()
    start.sidecar([say.inbound(port, backend.port, authority, **LIMITS), say.service(backend.port)])
    tls = client_tls(authority, "edge")
    with contextlib.ExitStack() as stack:
        half = [stack.enter_context(Client(port)) for _ in range(300)]
        for client in half[:200]:
            client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")  # the beginning of a ClientHello
        for _ in range(20):
            with Client(port, tls) as client:
                assert client.ask(request(target="/small", host="backend")).status == 200
        closed, _, _ = select.select([client.socket for client in half], [], [], 15)
        assert closed, "none of the half-open handshakes was given up after ten seconds"


@pytest.mark.parametrize("kind", [["-H", "-i", "1"], ["-B", "-i", "1"], ["-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "1"]],
                         ids=["head", "body", "read"])
def test_the_service_stays_available_under_slowhttptest(front, tmp_path, kind):
    program = shutil.which("slowhttptest")
    assert program, "slowhttptest is not installed: Mesh/test installs it"
    _, port, _ = front
    path = "/large" if kind[0] == "-X" else "/small"
    with Beside(port) as beside:
        told = subprocess.run(
            [program, "-c", "200", "-r", "100", "-l", "20", "-p", "2", *kind, "-u", f"http://127.0.0.1:{port}{path}"],
            capture_output=True, text=True, cwd=tmp_path, timeout=60)
        text = re.sub(r"\x1b\[[0-9;]*m", "", told.stdout + told.stderr)
    assert told.returncode == 0, text[-2000:]
    assert not re.search(r"service available:\s+NO", text), text[-2000:]
    assert beside.count > 100
