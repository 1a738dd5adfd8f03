"""SIGHUP: the new configuration is there, whole, and nobody notices anything but what it says."""

import json
import os
import re
import subprocess
import threading
import time

import pytest

from harness import documents as say
from harness.wire import Closed, Client, request
from rig.ports import free_port

RELOADS = int(os.environ.get("OUTRIGGER_RELOADS", "100"))
SECONDS = int(os.environ.get("OUTRIGGER_RELOAD_SECONDS", "60"))
ROUNDS = 10
MIB = 1024 * 1024


def revision(port, number, backend):
    # A long idle time: that pools shrink by themselves must not look like pools that a reload has dropped.
    return [say.edge(port), say.service(backend.port, pool={"idleTimeout": "60s"}),
            say.route(responseHeaders={"set": {"x-revision": str(number)}}),
            # Routes come and go beside it, so that the tables really change.
            *[say.route(f"/r{i}", name=f"r{i}") for i in range(number % 7)]]


def shown(port):
    with Client(port) as client:
        reply = client.ask(request())
        assert reply.status == 200
        return reply.get("x-revision")


def settled(sidecar):
    """Memory without what a reload, and the handing back of its memory, hold for a moment: the least of half a second."""
    least, until = sidecar.pss(), time.monotonic() + 0.5
    while time.monotonic() < until:
        time.sleep(0.02)
        least = min(least, sidecar.pss())
    return least


def test_hundred_reloads_at_full_load(start, scratch):
    """Each revision is seen, no request fails, memory stands still, counters, averages and pools survive."""
    port = free_port()
    backend = FastBackend(scratch)
    start.cleanup.add(backend, backend.stop)
    sidecar = start.sidecar(revision(port, 0, backend))
    load = subprocess.Popen(["wrk", "-t1", "-c64", f"-d{SECONDS + 5}s", f"http://127.0.0.1:{port}/"],
                            stdout=subprocess.PIPE, text=True)
    start.cleanup.add(load, lambda: (load.kill() if load.poll() is None else None, load.wait()))
    time.sleep(2)
    began, tenth, counted, ewma = time.monotonic(), None, 0, 0
    for number in range(1, RELOADS + 1):
        sidecar.write(revision(port, number, backend))
        sidecar.reload()
        sidecar.wait(lambda: shown(port) == str(number), f"revision {number} is seen", seconds=10)
        total = sidecar.total("outrigger_requests_total", direction="edge")
        assert total > counted, "the counters were reset"
        counted = total
        if number == min(10, RELOADS):
            tenth, ewma = settled(sidecar), average(sidecar)
        time.sleep(max(0.0, began + number * SECONDS / RELOADS - time.monotonic()))
    hundredth = settled(sidecar)
    assert hundredth - tenth <= MIB, f"memory grew by {(hundredth - tenth) / MIB:.2f} MiB"
    # Exact: every connection that was ever opened is still there, so no reload has closed one. There is at most one
    # for each client that asks at the same time: wrk's 64 and the one that looks for the revision.
    clusters = json.loads(sidecar.ask("/clusters")[1])
    pools = [endpoint["pool"] for worker in clusters["workers"] for endpoint in worker["endpoints"]]
    opened, alive = (sum(pool[key] for pool in pools) for key in ("opened", "total"))
    assert 0 < opened == alive <= 65, f"pools were not kept: {opened} opened, {alive} left"
    assert ewma > 0 and average(sidecar) > 0, "the averages were reset"
    report = load.communicate(timeout=30)[0]
    assert "Non-2xx" not in report and "Socket errors" not in report, report
    assert int(re.search(r"(\d+) requests in", report).group(1)) > 1000 * SECONDS


def average(sidecar):
    import json
    workers = json.loads(sidecar.ask("/clusters")[1])["workers"]
    return max(endpoint["ewmaMicroseconds"] for worker in workers for endpoint in worker["endpoints"])


class FastBackend:
    """nginx: a Python backend could not keep up with full load."""

    def __init__(self, scratch):
        from harness.counting import NGINX
        from rig.ports import is_listening
        from rig.processes import Process
        directory = scratch / "fast"
        directory.mkdir(parents=True)
        self.port = free_port()
        text = NGINX.format(directory=directory, port=self.port, answers=free_port())
        text = re.sub(r"proxy_pass http://[^;]*;", 'return 200 "fast\\\\n";', text).replace(
            f"access_log {directory}/seen.log seen;", "access_log off;")
        (directory / "configuration").write_text(text)
        self.process = Process("nginx", ["nginx", "-p", directory, "-c", directory / "configuration", "-e",
                                         directory / "error.log"], directory / "output")
        self.process.wait_until(lambda: is_listening(self.port), 5, "listening")

    def stop(self):
        self.process.stop()


def test_invalid_configuration_is_refused_whole(start):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar(revision(port, 1, backend))
    broken = revision(port, 2, backend)
    broken[1]["spec"]["endponts"] = broken[1]["spec"].pop("endpoints")
    sidecar.write(broken)
    sidecar.reload()
    sidecar.wait(lambda: "endponts" in sidecar.output(), "the problem is told")
    assert shown(port) == "1" and sidecar.is_ready()
    sidecar.write(revision(port, 3, backend))
    sidecar.reload()
    sidecar.wait(lambda: shown(port) == "3", "the next good one is taken")


def test_open_request_is_answered_by_its_old_route(start):
    gate = threading.Event()

    def behave(connection, seen):
        from harness.backend import answer
        if seen.target == "/held":
            gate.wait(5)
        connection.send(answer())
    backend, port = start.backend(behave), free_port()
    sidecar = start.sidecar(revision(port, 1, backend))
    with Client(port) as client:
        client.send(request(target="/held"))
        backend.wait_for(1)
        sidecar.write(revision(port, 2, backend))
        sidecar.reload()
        sidecar.wait(lambda: shown(port) == "2", "revision 2 is seen")
        gate.set()
        assert client.answer().get("x-revision") == "1"
        assert client.ask(request()).get("x-revision") == "2"


@pytest.mark.parametrize("workers", [1, 3])
def test_listener_comes_and_goes(start, scratch, workers):
    """Under load: whoever was let in is answered, by a configuration that had the listener."""
    backend, one, two = FastBackend(scratch / f"comes-{workers}"), free_port(), free_port()
    start.cleanup.add(backend, backend.stop)
    sidecar = start.sidecar(revision(one, 0, backend), workers=workers)
    for number in range(1, 2 * ROUNDS, 2):
        sidecar.write(revision(one, number, backend) + [say.edge(two, name="second")])
        sidecar.reload()
        sidecar.wait(lambda: _lets_in(two), "the new listener answers")
        visitors = Visitors(two)
        with Client(two) as kept, Client(two) as silent:
            assert kept.ask(request()).get("connection") is None
            visitors.wait_for(50)
            sidecar.write(revision(one, number + 1, backend))
            sidecar.reload()
            sidecar.wait(lambda: not _lets_in(two), "the removed listener is closed")
            for client in (kept, silent):
                reply = client.ask(request())
                assert (reply.status, reply.get("connection"), reply.get("x-revision")) == (200, "close", str(number))
                assert client.is_closed()
        assert visitors.finish() == [], f"round {number // 2}"
        assert shown(one) == str(number + 1)


def _lets_in(port):
    """Whether a listener takes connections; one that it takes, it serves."""
    try:
        client = Client(port)
    except OSError:
        return False
    with client:
        assert client.ask(request()).status == 200
    return True


class Visitors:
    """Threads that come, ask and go, over and over, until nobody lets them in. Some hesitate before they ask."""

    def __init__(self, port):
        self.port, self.answers, self.problems, self.leaves = port, 0, [], False
        self.threads = [threading.Thread(target=self._visit, args=(0.003 * (i % 3),)) for i in range(9)]
        for thread in self.threads:
            thread.start()

    def _visit(self, hesitation):
        while not self.leaves:
            try:
                client = Client(self.port)
            except OSError:
                return
            with client:
                try:
                    time.sleep(hesitation)
                    reply = client.ask(request())
                    if reply.status != 200:
                        self.problems.append(f"{reply.status} {reply.reason}")
                    self.answers += 1
                except (OSError, Closed) as problem:
                    self.problems.append(repr(problem))

    def wait_for(self, count):
        deadline = time.monotonic() + 10
        while self.answers < count and not self.problems:
            assert time.monotonic() < deadline, "nobody is answered"
            time.sleep(0.001)

    def finish(self):
        self.leaves = True
        for thread in self.threads:
            thread.join()
        return self.problems


def test_new_certificate_serves_new_connections_and_old_ones_live_on(start, authority):
    from harness.wire import client_tls
    backend, port = start.backend(), free_port()
    authority.issue_service("backend", name="rotating")
    listener = say.inbound(port, backend.port, authority)
    listener["spec"]["tls"].update(certificate={"file": authority.path("rotating.pem")},
                                   key={"file": authority.path("rotating.key")})
    sidecar = start.sidecar([listener, say.service(backend.port)])
    with Client(port, client_tls(authority, "edge")) as old:
        assert old.ask(request()).status == 200
        before = old.socket.getpeercert(binary_form=True)
        authority.issue_service("backend", name="rotating")
        sidecar.reload()

        def rotated():
            with Client(port, client_tls(authority, "edge")) as new:
                return new.ask(request()).status == 200 and new.socket.getpeercert(binary_form=True) != before
        sidecar.wait(rotated, "new connections get the new certificate")
        assert old.ask(request()).status == 200


def test_service_that_gets_tls_is_not_asked_in_plaintext_any_more(start, authority):
    """A pooled connection that proves nothing must not outlive the configuration that asked for nothing."""
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar(revision(port, 1, backend))
    assert shown(port) == "1"
    asked = len(backend.requests)
    documents = revision(port, 2, backend)
    documents[1]["spec"]["tls"] = say.mesh_tls(authority, "edge", "backend")
    sidecar.write(documents)
    sidecar.reload()
    sidecar.wait(lambda: json.loads(sidecar.ask("/readyz")[1])["revision"] == 2, "the configuration is installed")
    with Client(port) as client:
        reply = client.ask(request())
    # The backend says nothing to a TLS hello, so that the time to connect runs out.
    assert (reply.status, reply.reason) == (503, "upstream.connect_failed")
    assert len(backend.requests) == asked


def test_delivery_begun_before_its_endpoint_left_is_delivered(start):
    """The body of a webhook comes slowly; its endpoint is replaced meanwhile."""
    import hashlib
    import hmac
    old, new, port = start.backend(), start.backend(), free_port()
    body = json.dumps({"object": "whatsapp_business_account", "entry": [
        {"id": "1", "changes": [{"value": {"metadata": {"phone_number_id": "77"}}}]}]}).encode()
    signature = "sha256=" + hmac.new(b"app-secret-of-meta", body, hashlib.sha256).hexdigest()

    def documents(backend):
        return [say.edge(port), say.service(backend.port), say.tenant("acme"),
                say.meta_webhook("app-secret-of-meta"), say.whatsapp_channel("acme", "line", phone="77"),
                say.webhook_route({"exact": "/hook"}, "meta", "hook")]
    sidecar = start.sidecar(documents(old))
    raw = request("POST", "/hook", [("X-Hub-Signature-256", signature)], body)
    with Client(port) as client:
        client.send(raw[:-1])
        time.sleep(0.3)
        sidecar.write(documents(new))
        sidecar.reload()
        sidecar.wait(lambda: json.loads(sidecar.ask("/readyz")[1])["revision"] == 2, "the configuration is installed")
        client.send(raw[-1:])
        assert client.answer("POST").status == 200
    assert len(old.requests) == 1 and not new.requests


@pytest.mark.parametrize("count", [5000])
def test_memory_returns_after_a_burst_of_connections(pair, count):
    """Within 1 MiB of before, 30 s after a burst (2 are promised); the clients' half is limited by this process's open files."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard > count + 500, f"the hard limit of open files is {hard}"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sidecar, port, _ = pair()
    assert shown_status(port) == 200
    before, clients = sidecar.pss(), []
    try:
        for _ in range(count):
            clients.append(Client(port))
            clients[-1].send(request())
            assert clients[-1].answer().status == 200
    finally:
        for client in clients:
            client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    sidecar.wait(lambda: sidecar.pss() - before <= MIB, "memory is back", seconds=30)


def shown_status(port):
    with Client(port) as client:
        return client.ask(request()).status
