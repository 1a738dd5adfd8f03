"""Spans: one a hop and one a try, in one tree, at a strict collector; and no request that a collector could hurt."""

import socket
import subprocess
import threading
import time

import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service

from harness import documents as say
from harness.backend import answer
from harness.collector import CLIENT, SERVER, Collector, assert_nested, chain, traces
from harness.wire import Client, request
from rig.ports import free_port

ALL, NONE = {"sample": "100%"}, {"sample": "0%"}
TEMPLATE = "/items/{id}"
SENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def send(port, count, fields=lambda number: (), target=lambda number: f"/items/{number}", lines=4, status=200):
    """`count` requests over some connections at once."""
    failures = []

    def line(first):
        try:
            with Client(port) as client:
                for number in range(first, count, lines):
                    got = client.ask(request(target=target(number), fields=fields(number)))
                    if got.status != status:
                        failures.append(got)
        except Exception as problem:  # told in the test's own thread
            failures.append(problem)

    threads = [threading.Thread(target=line, args=(first,)) for first in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]


@pytest.fixture
def collector(start):
    def make(behave=None):
        made = Collector(behave)
        return start.cleanup.add(made, made.close)
    return make


@pytest.fixture
def mesh(start, authority, collector):
    """mesh(edge tracing, inbound tracing, …): edge and inbound sidecar over mutual TLS; (edge port, backend, collector)."""
    def make(edge=ALL, inbound=None, on_request=None, behave=None):
        backend, middle, port, receiver = start.backend(on_request), free_port(), free_port(), collector(behave)
        options = ["--collector", receiver.url]
        start.sidecar([say.service(backend.port),
                       say.inbound(middle, backend.port, authority, tracing=inbound or {})], name="inner", options=options)
        start.sidecar([say.edge(port, tracing=edge),
                       say.service(middle, tls=say.mesh_tls(authority, "edge", "backend")),
                       say.document("Route", "items", {"access": "public", "backends": [{"service": "backend"}],
                                                       "matches": [{"path": {"template": TEMPLATE}}]})],
                      name="outer", options=options)
        return port, backend, receiver
    return make


@pytest.fixture
def one(start, collector):
    """One edge before a backend; (port, backend, collector, sidecar)."""
    def make(tracing=ALL, on_request=None, behave=None, collector_url=None, route=(), workers=1):
        backend, port = start.backend(on_request), free_port()
        receiver = None if collector_url else collector(behave)
        sidecar = start.sidecar(
            [say.edge(port, tracing=tracing), say.service(backend.port), say.route(**dict(route))], workers=workers,
            options=["--collector", collector_url or receiver.url])
        return port, backend, receiver, sidecar
    return make


def dropped(sidecar):
    return sidecar.total("outrigger_dropped_total", what="span")


# Trees

def assert_four(spans, root):
    """Edge server, edge client, inbound server, inbound client; `root` is the parent of the first."""
    line = chain(spans)
    assert [span.kind for span in line] == [SERVER, CLIENT, SERVER, CLIENT]
    assert [span.name for span in line] == [f"GET {TEMPLATE}"] * 2 + ["GET"] * 2
    assert [span.resource["service.name"] for span in line] == ["front"] * 2 + ["backend"] * 2
    assert line[0].parent == root
    assert_nested(line)
    return line


def test_a_thousand_requests_give_four_thousand_spans(mesh):
    port, backend, collector = mesh()
    send(port, 1000)
    spans = collector.wait_for(4000)
    assert len(spans) == 4000
    assert len(traces(spans)) == 1000
    last = {}
    for group in traces(spans).values():
        line = assert_four(group, "")
        last[line[0].trace] = line[-1].id
        assert all(span["http.request.method"] == "GET" and span["http.response.status_code"] == 200 for span in line)
        assert line[0]["http.route"] == TEMPLATE and line[2]["outrigger.peer"] == "spiffe://mesh.test/service/edge"
        assert line[3]["server.port"] == backend.port and not any(span.is_error for span in line)
    for seen in backend.requests:
        version, trace, parent, flags = seen.get("traceparent").split("-")
        assert last.pop(trace) == parent and flags == "01", "the application's parent is the try that reached it"
    assert not last
    assert len({span.resource["service.instance.id"] for span in spans}) == 2


B3 = {
    "single": lambda trace, span: [("b3", f"{trace}-{span}-1")],
    "single with parent": lambda trace, span: [("b3", f"{trace}-{span}-d-05e3ac9a4f6e3b90")],
    "several": lambda trace, span: [("X-B3-TraceId", trace), ("X-B3-SpanId", span), ("X-B3-Sampled", "1")],
}


@pytest.mark.parametrize("form", B3)
def test_b3_is_continued(mesh, form):
    edge = {"sample": "0%", "accept": "any", "propagate": ["w3c", "b3"]}
    port, backend, collector = mesh(edge=edge, inbound={"propagate": ["w3c", "b3", "b3multi"]})
    ids = [(f"{number + 1:032x}", f"{number + 7:016x}") for number in range(200)]
    send(port, 200, fields=lambda number: B3[form](*ids[number]))
    spans = collector.wait_for(800)
    assert len(spans) == 800
    groups = traces(spans)
    for trace, span in ids:
        line = assert_four(groups.pop(trace), span)
        assert line[0].flags & 0x200, "its parent is remote"
    assert not groups
    seen = backend.last
    _, trace, parent, _ = seen.get("traceparent").split("-")
    assert seen.get("b3") == f"{trace}-{parent}-1"
    assert (seen.get("x-b3-traceid"), seen.get("x-b3-spanid"), seen.get("x-b3-sampled")) == (trace, parent, "1")


def test_a_trace_id_of_64_bits_is_continued(one):
    port, backend, collector, _ = one({"accept": "any", "sample": "0%"})
    send(port, 1, fields=lambda _: [("b3", "a3ce929d0e0e4736-00f067aa0ba902b7-1")])
    assert {span.trace for span in collector.wait_for(2)} == {"0" * 16 + "a3ce929d0e0e4736"}


# Who is believed, and what is told

TRACEPARENT = f"00-{SENT[0]}-{SENT[1]}-01"


def test_a_sampled_hop_becomes_the_parent(one):
    port, backend, collector, _ = one({"accept": "any"})
    send(port, 1, fields=lambda _: [("traceparent", TRACEPARENT), ("tracestate", "a=1,b=2")])
    line = chain(collector.wait_for(2))
    assert line[0].parent == SENT[1]
    assert backend.last.get("traceparent") == f"00-{SENT[0]}-{line[1].id}-01"
    assert backend.last.get("tracestate") == "a=1,b=2"


@pytest.mark.parametrize("fields", [
    [("traceparent", TRACEPARENT[:-1] + "0"), ("tracestate", "a=1")],
    [("traceparent", TRACEPARENT[:-2] + "02")],
])
def test_a_hop_that_does_not_export_forwards_unchanged(one, fields):
    port, backend, collector, _ = one({"accept": "any", "sample": "100%"})
    send(port, 1, fields=lambda _: fields)
    assert backend.last.all("traceparent") == [fields[0][1]]
    assert backend.last.all("tracestate") == [value for name, value in fields if name == "tracestate"]
    assert collector.wait_for(0) == []


def test_a_stranger_is_not_believed(one):
    port, backend, collector, _ = one(ALL)
    everything = [("traceparent", TRACEPARENT), ("tracestate", "a=1"), *B3["single"](*SENT), *B3["several"](*SENT),
                  ("x-b3-parentspanid", SENT[1]), ("x-b3-flags", "1")]
    send(port, 1, fields=lambda _: everything)
    line = chain(collector.wait_for(2))
    assert line[0].parent == "" and line[0].trace != SENT[0]
    assert backend.last.get("traceparent") == f"00-{line[0].trace}-{line[1].id}-01"
    for name, _ in everything[1:]:
        assert backend.last.get(name) is None, name


def test_b3_that_says_no_is_not_sampled(one):
    port, backend, collector, _ = one({"accept": "any", "sample": "100%"})
    send(port, 1, fields=lambda _: [("b3", "0")])
    assert backend.last.get("traceparent").endswith("-00") and backend.last.get("b3") is None
    assert collector.wait_for(0) == []


def test_traceparent_goes_before_b3_and_never_beside_another(one):
    port, backend, _, _ = one({"accept": "any"})
    send(port, 1, fields=lambda _: [("traceparent", TRACEPARENT[:-1] + "0"), ("b3", "1" * 32 + "-" + "2" * 16 + "-1")])
    assert backend.last.get("traceparent") == TRACEPARENT[:-1] + "0" and backend.last.get("b3") is None


def test_without_a_collector_b3_of_a_believed_client_is_passed_on(pair):
    _, port, backend = pair(listener={"tracing": {"accept": "any"}})
    send(port, 1, fields=lambda _: B3["single"](*SENT))
    assert backend.last.get("b3") == f"{SENT[0]}-{SENT[1]}-1"
    assert backend.last.get("traceparent") == TRACEPARENT


# Sampling

def told_as_sampled(backend):
    return sum(seen.get("traceparent").endswith("-01") for seen in backend.requests)


@pytest.mark.parametrize("share,least,most", [("0%", 0, 0), ("10%", 218, 382), ("100%", 3000, 3000)])
def test_roots_are_sampled_by_lot(one, share, least, most):
    port, backend, collector, _ = one({"sample": share})
    send(port, 3000)
    sampled = told_as_sampled(backend)
    assert least <= sampled <= most, "outside of 5 standard deviations"
    spans = collector.wait_for(2 * sampled)
    assert len(traces(spans)) == sampled and len(spans) == 2 * sampled


def test_one_in_a_hundred_is_the_default(one):
    port, backend, collector, _ = one({})
    send(port, 5000)
    sampled = told_as_sampled(backend)
    assert 15 <= sampled <= 85, "outside of 5 standard deviations of 50"
    assert len(traces(collector.wait_for(2 * sampled))) == sampled


def failing(connection, seen):
    number = int(seen.target.rsplit("/", 1)[1])
    if number % 10 == 1:
        connection.reset()
    else:
        connection.send(answer(500 if number % 10 == 0 else 404))


def test_errors_are_exported_though_not_sampled(one):
    port, backend, collector, _ = one(NONE, on_request=failing, route={"tracing": {"errors": "always"}})
    statuses = []
    with Client(port) as client:
        for number in range(50):
            statuses.append(client.ask(request(method="POST", target=f"/items/{number}", body=b"x")).status)
    assert (statuses.count(500), statuses.count(502) + statuses.count(503), statuses.count(404)) == (5, 5, 40)
    spans = collector.wait_for(20)
    assert len(spans) == 20 and len(traces(spans)) == 10
    told = {seen.get("traceparent")[3:35]: seen.get("traceparent")[36:] for seen in backend.requests}
    types = []
    for group in traces(spans).values():
        line = chain(group)
        assert [span.kind for span in line] == [SERVER, CLIENT] and line[0].is_error and line[1].is_error
        assert told[line[0].trace] == f"{line[0].id}-00", "what was told on the wire is what is exported"
        types.append((line[0]["error.type"], line[1]["error.type"], line[0]["outrigger.reason"]))
    assert types.count(("500", "500", None)) == 5
    assert types.count(("upstream.reset", "reset", "upstream.reset")) == 5


def test_refusals_of_a_client_are_no_errors(one):
    port, _, collector, _ = one(NONE, route={"tracing": {"errors": "always"}, "maxBodyBytes": "4B"})
    with Client(port) as client:
        assert client.ask(request(method="POST", body=b"too long")).status == 413
    assert collector.wait_for(0) == []


def test_a_refusal_has_its_reason(one):
    port, _, collector, _ = one(ALL, route={"prefix": "/items"})
    send(port, 1, target=lambda _: "/nowhere", status=404)
    [span] = collector.wait_for(1)
    assert (span.name, span["outrigger.reason"], span["http.response.status_code"]) == ("GET", "route.not_found", 404)
    assert not span.is_error


def test_a_retry_is_a_span_of_its_own(one):
    """The pooled connection is closed under the second request, which is sent again over another."""
    def once(connection, _):
        if connection.number == 1 and len(backend.requests) > 1:
            connection.close()
        else:
            connection.send(answer())
    port, backend, collector, _ = one(ALL, on_request=once)
    send(port, 2, lines=1)
    groups = [group for group in traces(collector.wait_for(5)).values() if len(group) == 3]
    assert len(groups) == 1
    [server] = [span for span in groups[0] if span.kind == SERVER]
    first, second = sorted((span for span in groups[0] if span.kind == CLIENT), key=lambda span: span.start)
    assert first.parent == second.parent == server.id and first.end <= second.start
    assert (first["error.type"], first["http.response.status_code"]) == ("retried_pooled_connection", None)
    assert (first["http.request.resend_count"], second["http.request.resend_count"]) == (None, 1)
    assert [seen.get("traceparent")[36:52] for seen in backend.requests[1:]] == [first.id, second.id]


# Collectors that fail

def test_a_dead_collector_fails_no_request_and_is_told(one):
    port, _, _, sidecar = one(collector_url=f"http://127.0.0.1:{free_port()}")
    send(port, 6000)
    assert dropped(sidecar) > 0, "12,000 spans do not fit the ring"
    sidecar.wait(lambda: sidecar.total("outrigger_span_export_failures_total") >= 5, "five tries", seconds=10)
    sidecar.wait(lambda: "spans.dropped" in sidecar.output(), "the operator is told", seconds=5)
    assert "it cannot be reached" in sidecar.output()


def test_a_collector_that_never_answers_slows_nothing(one):
    release = threading.Event()
    port, _, collector, sidecar = one(behave=lambda handler, spans: release.wait(30))
    send(port, 600)
    began = time.monotonic()
    send(port, 600)
    assert time.monotonic() - began < 5
    began = time.monotonic()
    sidecar.stop()
    sidecar.process = None
    assert time.monotonic() - began < 4, "the end is not waited for longer than a second"
    release.set()


def after(failures, how):
    """Fails so often in a way, then takes everything."""
    left = [failures]

    def behave(handler, spans):
        if left[0] == 0:
            return False
        left[0] -= 1
        how(handler)
        return True
    return behave


def with_bytes(data):
    def how(handler):
        handler.wfile.write(data)
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
    return how


RETRIED = {
    "429": lambda handler: Collector.answer(handler, 429, b"slow down"),
    "502": lambda handler: Collector.answer(handler, 502),
    "503 with Retry-After": lambda handler: Collector.answer(handler, 503, fields=[("Retry-After", "1")]),
    "504": lambda handler: Collector.answer(handler, 504),
    "closed without an answer": with_bytes(b""),
    "closed in the head": with_bytes(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "closed in the body": with_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
    "garbage": with_bytes(b"\x00\xff garbage\r\n\r\n"),
}


@pytest.mark.parametrize("how", RETRIED)
def test_what_is_retried_arrives(one, how):
    port, _, collector, sidecar = one(behave=after(2, RETRIED[how]))
    send(port, 20)
    assert len(collector.wait_for(40)) == 40
    assert collector.posts >= 3 and dropped(sidecar) == 0
    assert sidecar.total("outrigger_spans_exported_total") == 40


def test_retry_after_is_kept(one):
    times = []

    def behave(handler, spans):
        times.append(time.monotonic())
        if len(times) == 1:
            Collector.answer(handler, 503, fields=[("Retry-After", "2")])
        return len(times) == 1
    port, _, collector, _ = one(behave=behave)
    send(port, 1)
    collector.wait_for(2)
    assert 1.9 < times[1] - times[0] < 3.5


REFUSED = {
    "400": lambda handler: Collector.answer(handler, 400, b"no"),
    "404": lambda handler: Collector.answer(handler, 404),
    "500": lambda handler: Collector.answer(handler, 500),
    "200 of somebody else": lambda handler: Collector.answer(handler, 200, b"<html>hello</html>"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_is_refused_is_dropped_and_counted(one, how):
    port, _, collector, sidecar = one(behave=after(1, REFUSED[how]))
    send(port, 20)
    sidecar.wait(lambda: dropped(sidecar) == 40, "all of the batch is counted", seconds=20)
    send(port, 10)
    assert len(collector.wait_for(20)) == 20, "the next batch is taken"


def test_a_partial_success_is_counted(one):
    partial = service.ExportTraceServiceResponse()
    partial.partial_success.rejected_spans = 7
    partial.partial_success.error_message = "seven are too many"
    port, _, _, sidecar = one(behave=after(1, lambda handler: Collector.answer(handler, 200, partial.SerializeToString())))
    send(port, 20)
    sidecar.wait(lambda: dropped(sidecar) == 7, "seven are counted", seconds=20)
    assert sidecar.total("outrigger_spans_exported_total") == 33
    assert "seven" not in sidecar.output()


def test_one_connection_is_kept(one):
    port, _, collector, _ = one()
    for _ in range(3):
        send(port, 10)
        time.sleep(1.1)
    assert len(collector.wait_for(60)) == 60
    assert collector.posts >= 3 and collector.connections == 1


def test_what_is_left_is_sent_at_the_end(one):
    port, _, collector, sidecar = one()
    send(port, 600)
    sidecar.stop()
    sidecar.process = None
    assert len(collector.wait_for(1200)) == 1200


def test_workers_share_the_exporter(one):
    port, _, collector, _ = one(workers=2)
    send(port, 400, lines=16)
    spans = collector.wait_for(800)
    assert len(spans) == 800 and all(len(group) == 2 for group in traces(spans).values())


# Privacy

def test_no_byte_of_a_request_is_in_a_span(one):
    port, _, collector, _ = one(route={"name": "canary-open"})
    fields = [("user-agent", "cnryagentx"), ("cookie", "cnrycookiex"), ("x-forwarded-for", "cnryforwardedx"),
              ("x-request-id", "cnryidx")]
    with Client(port) as client:
        asked = request(method="POST", target="/cnrypathx?q=cnryqueryx", fields=fields, body=b"cnrybodyx")
        client.ask(asked)
        client.ask(request(method="CNRYMETHODX", target="/cnrypathx"))
    collector.wait_for(4)
    everything = b"".join(collector.bodies)
    assert b"canary-open" in everything, "the planted open name is not there: the search proves nothing"
    assert b"cnry" not in everything.lower() and b"127.0.0.1" in everything
    assert {span.name for span in collector.spans} == {"POST /*", "HTTP /*"}


# The command line

@pytest.mark.parametrize("url,words", [
    ("https://127.0.0.1:4318", "https is not in this version"),
    ("127.0.0.1:4318", "must begin with http://"),
    ("http://collector:4318", "names a host"),
    ("http://127.0.0.1:4318/v1/traces?key=a", "without a query"),
])
def test_a_collector_that_cannot_be_is_refused(binary, url, words):
    done = subprocess.run([binary, "--config", "nowhere.yaml", "--collector", url], capture_output=True, text=True)
    assert done.returncode == 2 and words in done.stderr
