"""Looking on at requests: what a tap shows, what it leaves out, and how it ends."""

import json
import os
import signal
import socket
import time

import pytest

from harness import documents as say
from harness.backend import answer, slowly
from harness.load import Load, quick_backend
from harness.tap import Tap
from harness.wire import Client, request
from rig.ports import free_port


def ask(port, *targets, **more):
    with Client(port) as client:
        for target in targets:
            client.ask(request(target=target, **more))


def test_shows_requests_until_its_time_is_over(pair):
    sidecar, port, _ = pair(route={"prefix": "/known"})
    began = time.monotonic()
    tap = Tap(sidecar, "?for=1s")
    assert tap.reply.getheader("Content-Type") == "application/x-ndjson"
    assert tap.lines[0] == {"tap": "open", "milliseconds": 1000, "max": 10000, "rate": 100}
    ask(port, "/known/canary-path?canary=query", fields=[
        ("User-Agent", "canary-agent"), ("X-Canary-Name", "canary-value"), ("Cookie", "canary=cookie")])
    ask(port, "/other")
    good, bad = tap.events(2)
    assert (good["method"], good["route"], good["status"], good["path"]) == ("GET", "everything", 200, "/known/*")
    assert good["fields"] == ["cookie", "host", "user-agent"] and good["otherFields"] == 1
    assert (bad["status"], bad["reason"]) == (404, "route.not_found")
    assert tap.end() == {"tap": "end", "because": "time", "events": 2, "dropped": 0}
    assert 0.9 < time.monotonic() - began < 3
    text = json.dumps(tap.lines).lower()
    assert "canary" not in text
    ask(port, "/known")
    assert "tap.closed" in sidecar.output()


def test_a_body_is_told_by_length_and_common_type(pair):
    sidecar, port, _ = pair()
    tap = Tap(sidecar)
    with Client(port) as client:
        client.ask(request("POST", fields=[("Content-Type", "application/json; boundary=canary")], body=b"{}"))
        client.ask(request("POST", fields=[("Content-Type", "canary/secret")], body=b"{}"))
    first, second = tap.events(2)
    assert (first["contentLength"], first["contentType"]) == (2, "application/json")
    assert second["contentType"] == "other"
    assert "canary" not in json.dumps(tap.lines)
    tap.close()


@pytest.fixture
def varied(start):
    """Two tenants, routes and services, and answers of several kinds."""
    def behave(connection, asked):
        if "slow" in asked.target:
            slowly(0.3)(connection, asked)
        else:
            connection.send(answer(500 if "500" in asked.target else 200))
    backend, port, other = start.backend(behave), free_port(), free_port()
    sidecar = start.sidecar([
        say.edge(port), say.edge(other, name="side"), say.service(backend.port), say.service(backend.port, name="second"),
        say.tenant("acme", hosts=["acme.example.test"]), say.tenant("globex", hosts=["globex.example.test"]),
        say.route("/a", name="first", hosts=["acme.example.test"]),
        say.route("/b", name="second", to="second", hosts=["acme.example.test"]),
        say.document("Route", "own", {"access": "public", "backends": [{"service": "backend"}]}, tenant="globex")], workers=2)
    return sidecar, port, other


@pytest.mark.parametrize("query,wanted", [
    ("", 7), ("route=first", 3), ("route=nothing", 0), ("service=second", 1), ("tenant=globex", 1), ("status=500", 1),
    ("status=5xx", 1), ("status=4xx", 1), ("reason=route.not_found", 1), ("minDuration=250ms", 1), ("listener=side", 1),
    ("route=first&status=500", 1), ("route=second&status=500", 0),
])
def test_a_filter_lets_its_requests_through(varied, query, wanted):
    sidecar, port, other = varied
    tap = Tap(sidecar, f"?for=2s&{query}" if query else "?for=2s")
    ask(port, "/a/ok", "/a/500", "/a/slow", "/b/ok", "/unrouted", host="acme.example.test")
    ask(port, "/x", host="globex.example.test")
    ask(other, "/b2/ok", host="acme.example.test")
    sidecar.wait(lambda: sidecar.total("outrigger_requests_total", direction="edge") == 7, "all are over")
    found = tap.events(wanted)
    time.sleep(0.15)
    found = tap.events(wanted)
    if query in ("status=4xx", "reason=route.not_found"):
        wanted = 2  # On the other listener nothing is routed to /b2 either.
    assert len(found) == wanted, found
    tap.close()


def test_is_over_with_its_last_event(pair):
    sidecar, port, _ = pair()
    tap = Tap(sidecar, "?max=3")
    ask(port, *["/"] * 8)
    assert tap.end() == {"tap": "end", "because": "max", "events": 3, "dropped": 0}


def test_shows_so_many_a_second_and_tells_of_the_others(start):
    port = free_port()
    sidecar = start.sidecar([say.edge(port), say.service(quick_backend(start)), say.route()], workers=2)
    tap = Tap(sidecar, "?for=2s&rate=20")
    answers = Load(port, 1).finish()
    end = tap.end()
    assert 20 <= end["events"] <= 80
    told = sum(line["events"] for line in tap.lines if line.get("tap") == "dropped" and line["because"] == "rate")
    assert told == end["dropped"] and end["events"] + told >= answers
    assert len(tap.events()) == end["events"]


REGISTERED = """accept-charset access-control-request-headers access-control-request-method cache-control content-disposition
content-language content-location content-security-policy
max-forwards proxy-authorization sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site
sec-fetch-user sec-websocket-extensions sec-websocket-key sec-websocket-protocol sec-websocket-version signature-input
upgrade-insecure-requests x-b3-parentspanid x-b3-sampled x-b3-spanid x-b3-traceid x-correlation-id x-csrf-token
x-forwarded-port x-http-method-override x-hub-signature-256 x-requested-with accept-encoding accept-language referer
user-agent x-api-key x-b3-flags priority prefer pragma origin link""".split()


def test_a_slow_reader_costs_nobody_anything(start):
    port = free_port()
    sidecar = start.sidecar([say.edge(port), say.service(quick_backend(start)), say.route()], workers=2)
    before = sidecar.pss()
    # Many registered names: long events, so that the kernel's buffers are full soon.
    fields = [(name, "x") for name in REGISTERED]
    tap = Tap(sidecar, "?for=8s&rate=1000&max=100000", reads=False, buffer=4096)
    Load(port, 6, connections=16, headers=fields).finish()
    assert sidecar.pss() - before < 12 << 20
    tap.thread.start()
    end = tap.end(20)
    dropped = [line for line in tap.lines if line.get("tap") == "dropped"]
    assert any(line["because"] == "reader" for line in dropped), dropped
    assert end["events"] == len(tap.events()) > 500
    assert sum(line["events"] for line in dropped) == end["dropped"]
    assert sidecar.total("outrigger_dropped_total", what="tap_event") > 0


def is_closed(sidecar, count):
    return lambda: sidecar.output().count("tap.closed") >= count


@pytest.mark.parametrize("way", ["reset", "close"])
def test_a_reader_that_vanishes_is_noticed(pair, way):
    sidecar, port, _ = pair()
    taps = [Tap(sidecar, "?for=5m", reads=False) for _ in range(4)]
    for tap in taps:
        if way == "reset":
            tap.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        tap.close()
    sidecar.wait(is_closed(sidecar, 4), "all are closed")
    ask(port, "/")
    tap = Tap(sidecar, "?for=1s")
    ask(port, "/")
    assert tap.events(1)
    tap.close()


def test_four_look_on_at_a_time_each_for_itself(varied):
    sidecar, port, _ = varied
    taps = [Tap(sidecar, query) for query in ("", "?status=500", "?max=1", "?route=second")]
    refused = Tap(sidecar, reads=False)
    assert refused.reply.status == 429 and "4 taps" in json.loads(refused.reply.read())["detail"]
    ask(port, "/a/ok", "/a/500", "/b/ok", host="acme.example.test")
    assert [len(tap.events(count)) for tap, count in zip(taps, (3, 1, 1, 1))] == [3, 1, 1, 1]
    taps[2].end()
    again = Tap(sidecar, "?for=1s")
    assert again.reply.status == 200
    for tap in [*taps, again]:
        tap.close()


def test_ends_with_the_process(pair):
    sidecar, port, _ = pair()
    tap = Tap(sidecar, "?for=5m")
    ask(port, "/")
    tap.events(1)
    with Client(port) as held:  # Keeps the drain from being over at once.
        held.ask(request())
        held.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
        os.kill(sidecar.process.pid, signal.SIGTERM)
        assert tap.end()["because"] == "drain"
    deadline = time.monotonic() + 8
    while sidecar.process.alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not sidecar.process.alive()
    sidecar.process = None


@pytest.mark.parametrize("query,says", [
    ("?for=6m", "5m"), ("?colour=red", "parameters here are"), ("?status=700", "599"), ("?max=0", "100000"),
    ("?rate=1001", "1000"), ("?reason=bad.luck", "reason code"), ("?route=a&route=b", "twice"),
])
def test_a_tap_that_is_not_in_order_is_refused(pair, query, says):
    sidecar, _, _ = pair()
    status, text = sidecar.ask(f"/tap{query}", "POST")
    assert status == 400 and says in json.loads(text)["detail"], text


def test_is_ordered_by_post_on_the_admin_listener_alone(pair):
    sidecar, _, _ = pair()
    with Client(sidecar.admin_port) as client:
        reply = client.ask(request("GET", "/tap"))
        assert reply.status == 405 and reply.get("allow") == "POST"
