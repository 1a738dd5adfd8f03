"""Metrics as those see them who read them: promtool, the OpenMetrics parser of prometheus_client, and a Prometheus."""

import subprocess
import threading
import urllib.request

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from harness import documents as say
from harness.prometheus import Prometheus
from harness.sidecar import parse_metrics
from harness.stopping import stopped, threads
from harness.wire import Client, client_tls, request
from rig.ports import free_port
from test_reload import FastBackend

TENANTS, NAMED = 5_000, 1_000
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
#: What `promtool check metrics` may find: style only, each with the reason why it stays. None at present.
STYLE = set()


class ExactLoad:
    """Requests whose number is known: so many rounds over all tenants, over a few connections, many at a time."""

    def __init__(self, port, rounds, connections=4, batch=50):
        self.sent, self.answered, self.problems = rounds * TENANTS, 0, []
        self._lock = threading.Lock()
        hosts = [f"t{number:04d}.example.test" for _ in range(rounds) for number in range(TENANTS)]
        parts = [hosts[first::connections] for first in range(connections)]
        self._threads = [threading.Thread(target=self._ask, args=(port, part, batch), daemon=True) for part in parts]
        for thread in self._threads:
            thread.start()

    def _ask(self, port, hosts, batch):
        try:
            with Client(port, timeout=30) as client:
                for first in range(0, len(hosts), batch):
                    part = hosts[first:first + batch]
                    client.send(b"".join(request(host=host, target=f"/item/{host}?cnryqueryx=1", fields=[
                        ("X-Note", "cnryheaderx")]) for host in part))
                    for _ in part:
                        assert client.answer().status == 200
                        with self._lock:
                            self.answered += 1
        except Exception as problem:  # noqa: BLE001 - told by the thread that waits
            self.problems.append(problem)

    @property
    def runs(self):
        return any(thread.is_alive() for thread in self._threads)

    def finish(self):
        for thread in self._threads:
            thread.join(60)
        assert not self.problems, self.problems
        assert self.answered == self.sent


def scrape(sidecar, accept=None, query=""):
    """(content type, text)"""
    question = urllib.request.Request(f"http://127.0.0.1:{sidecar.admin_port}/metrics{query}",
                                      headers={"Accept": accept} if accept else {})
    with urllib.request.urlopen(question, timeout=10) as reply:
        return reply.headers["content-type"], reply.read().decode()


def promtool(text):
    """The findings of `promtool check metrics`, which must be of style at most."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 3), done.stderr
    findings = set((done.stdout + done.stderr).splitlines())
    assert (done.returncode == 3) == bool(findings), findings
    return findings


@pytest.fixture(scope="module")
def mesh(start_once, authority):
    """An edge that knows 5,000 tenants by their hosts, and an inbound listener for traced requests."""
    backend, front, inbound = FastBackend(start_once.directory), free_port(), free_port()
    start_once.cleanup.add(backend, backend.stop)
    tenants = [say.tenant(f"t{number:04d}", hosts=[f"t{number:04d}.example.test"]) for number in range(TENANTS)]
    sidecar = start_once.sidecar([
        say.edge(front, accessLog={"path": "/dev/null"}), say.service(backend.port), say.route(),
        say.inbound(inbound, backend.port, authority, tenantFrom=["spiffe://mesh.test/service/edge"]),
        *tenants], workers=2)
    return sidecar, front, inbound


def traced(inbound, authority, flags, count=1, trace="4bf92f3577b34da6a3ce929d0e0e4736"):
    """Requests of the mesh that belong to a trace."""
    with Client(inbound, client_tls(authority, "edge")) as client:
        for _ in range(count):
            assert client.ask(request(fields=[("traceparent", f"00-{trace}-00f067aa0ba902b7-{flags}")])).status == 200


def test_under_load_with_5000_tenants(mesh, authority, start):
    """Everything that is promised of a scrape, at the same time."""
    sidecar, front, inbound = mesh
    before = sidecar.total("outrigger_requests_total", direction="edge")
    prometheus = Prometheus(start.directory, sidecar.admin_port)
    start.cleanup.add(prometheus, prometheus.stop)
    traced(inbound, authority, "01")
    load, scrapes = ExactLoad(front, rounds=6), 0
    while load.runs or scrapes == 0:
        kind, text = scrape(sidecar)
        assert kind == PROMETHEUS
        assert promtool(text) == STYLE
        kind, text = scrape(sidecar, OPENMETRICS, "?created=1" if scrapes % 2 else "")
        assert kind == OPENMETRICS
        families = {family.name: family for family in read_openmetrics(text)}
        assert families["outrigger_requests"].type == "counter" and families["outrigger_build"].type == "info"
        assert any(sample.exemplar for sample in families["outrigger_request_duration_seconds"].samples)
        scrapes += 1
    load.finish()
    assert scrapes >= 2

    # The counters sum up to what was sent, and Prometheus has them.
    sidecar.wait(lambda: sidecar.total("outrigger_requests_total", direction="edge") == before + load.sent,
                 "every request is counted")
    assert sidecar.total("outrigger_request_duration_seconds_count", direction="edge") == before + load.sent
    # The two ways of a fresh connection: some requests may have opened one, none failed.
    assert sidecar.total("outrigger_upstream_attempts_total", service="backend", outcome="success") >= load.sent
    assert sidecar.total("outrigger_dropped_total") == 0
    whole = 'sum(outrigger_requests_total{direction="edge"})'
    prometheus.wait(lambda: prometheus.value(whole) == before + load.sent, "Prometheus has every request")
    assert prometheus.value("up") == 1
    assert prometheus.value("min_over_time(up[10m])") == 1, "a scrape failed while load ran"
    named = prometheus.query('sum by (tenant) (outrigger_requests_total{direction="edge"})')
    assert len(named) == NAMED + 1
    assert all(value % 6 == 0 for labels, value in named if labels["tenant"] != "_other")
    assert sidecar.total("outrigger_requests_total", direction="edge", tenant="_other") > 0
    assert [exemplar["labels"] for exemplar in prometheus.exemplars("outrigger_request_duration_seconds_bucket")][:1] \
        == [{"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}]


def test_both_forms_say_the_same(mesh):
    sidecar, front, _ = mesh
    with Client(front) as client:
        client.ask(request(host="t0001.example.test"))
    old = {(s.name, tuple(sorted(s.labels.items()))) for f in read_prometheus(scrape(sidecar)[1]) for s in f.samples}
    new = {(s.name, tuple(sorted(s.labels.items())))
           for f in read_openmetrics(scrape(sidecar, OPENMETRICS)[1]) for s in f.samples}
    assert old == new and len(old) > 100
    created = {s.name for f in read_openmetrics(scrape(sidecar, OPENMETRICS, "?created=1")[1]) for s in f.samples}
    assert created - {name for name, _ in new} == {
        f"outrigger_{family}_created" for family in ("requests", "request_duration_seconds", "upstream_attempts",
                                                     "pool_events")}


def test_nothing_of_a_request_is_in_a_label(mesh):
    sidecar, front, _ = mesh
    with Client(front) as client:
        for tail in ("cnrypathx", "%63nrypathx"):
            client.ask(request("GET", f"/{tail}?cnryqueryx=1", [
                ("X-Note", "cnryheaderx"), ("User-Agent", "cnryagentx"), ("Cookie", "cnrycookiex"),
                ("traceparent", "00-cccccccccccccccccccccccccccccccc-dddddddddddddddd-01"),
                ("x-request-id", "cnryidx")], host="t0002.example.test"))
            client.ask(request("POST", body=b"cnrybodyx", host="cnryhostx.example.test"))
    with Client(front) as client:
        client.ask(b"CNRYMETHODX / HTTP/1.1\r\nHost: t0002.example.test\r\n\r\n")
    for text in (scrape(sidecar)[1], scrape(sidecar, OPENMETRICS)[1]):
        assert 'tenant="t0002"' in text, "the planted open name is not there: the search proves nothing"
        lowered = text.lower()
        assert "cnry" not in lowered and "cccccccc" not in lowered and "dddddddd" not in lowered


def test_examples_are_of_sampled_requests_only(start, authority):
    backend, inbound = start.backend(), free_port()
    sidecar = start.sidecar([
        say.service(backend.port),
        say.inbound(inbound, backend.port, authority, tenantFrom=["spiffe://mesh.test/service/edge"])])
    traced(inbound, authority, "00", count=20, trace="a" * 32)
    assert "trace_id" not in scrape(sidecar, OPENMETRICS)[1]
    traced(inbound, authority, "01", count=3, trace="b" * 32)
    sidecar.wait(lambda: "trace_id" in scrape(sidecar, OPENMETRICS)[1], "an example")
    found = [sample for family in read_openmetrics(scrape(sidecar, OPENMETRICS)[1]) for sample in family.samples
             if sample.exemplar]
    assert found and all(sample.name == "outrigger_request_duration_seconds_bucket" for sample in found)
    for sample in found:
        assert sample.exemplar.labels == {"trace_id": "b" * 32}
        assert 0 < sample.exemplar.value <= float(sample.labels["le"])
    assert "trace_id" not in scrape(sidecar)[1]


def test_a_scrape_works_while_every_worker_is_stuck(start):
    """As in a debugger's hands: the process lives, its workers do not move."""
    backend, front = start.backend(), free_port()
    sidecar = start.sidecar([say.edge(front), say.service(backend.port), say.route()], workers=2)
    with Client(front) as client:
        for _ in range(5):
            client.ask(request())
        sidecar.wait(lambda: sidecar.total("outrigger_requests_total", direction="edge") == 5, "five are counted")
        first, second = threads(sidecar.process.pid, "or-worker-")
        with stopped(first), stopped(second):
            seen = sidecar.metrics()
    total = {(name, labels.get("direction"), labels.get("way")): value for name, labels, value in seen}
    assert total["outrigger_requests_total", "edge", None] == 5
    assert total["outrigger_connections_opened_total", "edge", None] == 1
    assert total["outrigger_bytes_total", "edge", "received"] == 5 * len(request())


def test_memory_stands_still_over_many_scrapes(mesh):
    sidecar, front, _ = mesh
    ExactLoad(front, rounds=1).finish()
    assert len(parse_metrics(scrape(sidecar)[1])) > NAMED
    sizes = []
    for _ in range(3):
        for _ in range(20):
            scrape(sidecar)
            scrape(sidecar, OPENMETRICS)
        sizes.append(sidecar.pss())
    assert sizes[2] - sizes[1] < 1 << 20, sizes
