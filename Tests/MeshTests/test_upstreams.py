"""Backends that are slow, gone, closing or wrong: the status, the reason, and no request lost that need not be."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import backend as misbehaving
from harness import documents as say
from harness.backend import answer
from harness.wire import Client, chunked, request
from rig.ports import free_port


def ask(port, raw=None):
    with Client(port, timeout=10) as client:
        return client.ask(raw or request())


def refused(reply, status, reason):
    assert (reply.status, reply.reason) == (status, reason)
    assert reply.get("content-type") == "application/problem+json"
    problem = json.loads(reply.body)
    assert problem["status"] == status
    # To strangers: reason, status and request id, and nothing of the inside.
    assert "127.0.0.1" not in reply.body.decode() and "backend" not in reply.body.decode()


def test_no_route_is_404(pair):
    _, port, backend = pair(route={"prefix": "/only"})
    refused(ask(port), 404, "route.not_found")
    assert not backend.requests


def test_nobody_listening_is_503(start):
    port = free_port()
    sidecar = start.sidecar([say.edge(port), say.service(free_port()), say.route()])
    refused(ask(port), 503, "upstream.connect_failed")
    assert sidecar.log(1)[-1]["flags"] == "UF"


def test_one_dead_endpoint_of_two_is_no_failure(start):
    backend, port = start.backend(), free_port()
    start.sidecar([say.edge(port), say.service(backend.port, free_port()), say.route()])
    # A connect that failed has had no effect: the request goes to the other endpoint.
    statuses = [ask(port).status for _ in range(40)]
    assert statuses.count(200) >= 20, statuses


def test_route_timeout_is_504(pair):
    sidecar, port, _ = pair(misbehaving.slowly(3), route={"timeouts": {"request": "300ms"}})
    began = time.monotonic()
    refused(ask(port), 504, "upstream.timeout")
    assert 0.25 < time.monotonic() - began < 1.5
    assert sidecar.log(1)[-1]["flags"] == "UT"


def test_body_that_stops_is_cut_off(pair):
    def stall(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        time.sleep(3)
    _, port, _ = pair(stall, route={"timeouts": {"idle": "300ms"}})
    with Client(port) as client:
        client.send(request())
        head = client.reader.head()
        assert head.status == 200
        with pytest.raises(Exception):  # closed or reset: never a whole body
            client.reader.body(head)


def test_client_that_stops_sending_is_408(pair):
    _, port, _ = pair(route={"timeouts": {"idle": "300ms"}})
    with Client(port) as client:
        client.send(request("POST", fields=[("Content-Length", "10")]) + b"half")
        assert client.answer().status in (408, 504)


def test_head_that_never_ends_is_408(pair):
    _, port, backend = pair(listener={"headTimeout": "300ms"})
    with Client(port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a")
        reply = client.answer()
        assert (reply.status, reply.reason) == (408, "request.timeout")
        assert client.is_closed()
    assert not backend.requests


def test_silent_client_is_closed(pair):
    _, port, _ = pair(listener={"headTimeout": "300ms"})
    with Client(port) as client:
        try:
            assert client.answer().status == 408
        except misbehaving.Closed as closed:
            assert closed.partial == b""


def test_idle_client_is_closed(pair):
    _, port, _ = pair(listener={"idleTimeout": "300ms"})
    with Client(port) as client:
        assert client.ask(request()).status == 200
        assert client.is_closed()


@pytest.mark.parametrize("name,behave,status,reason", [
    ("closes without an answer", misbehaving.closing_after(b""), 502, "upstream.reset"),
    ("closes in the head", misbehaving.closing_after(b"HTTP/1.1 200 OK\r\nConte"), 502, "upstream.reset"),
    ("resets", misbehaving.resetting, 502, "upstream.reset"),
    ("speaks no HTTP", misbehaving.closing_after(b"220 mail.example.test ESMTP\r\n\r\n"), 502,
     "upstream.response_malformed"),
    ("answers with two lengths",
     misbehaving.closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"), 502,
     "upstream.response_malformed"),
    ("answers with length and chunks",
     misbehaving.closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     502, "upstream.response_malformed"),
    ("answers with a NUL", misbehaving.closing_after(b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"), 502,
     "upstream.response_malformed"),
    ("answers with a head without end", misbehaving.closing_after(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20000), 502,
     "upstream.response_malformed"),
    ("switches protocols unasked", misbehaving.closing_after(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), 502,
     "upstream.response_malformed"),
], ids=lambda value: value if isinstance(value, str) and " " in value else "")
def test_backend_that(pair, name, behave, status, reason):
    _, port, _ = pair(behave)
    # POST: nothing here may be tried again.
    reply = ask(port, request("POST", body=b"x"))
    assert (reply.status, reply.reason) == (status, reason), name


def test_backend_that_closes_in_the_body_is_never_taken_for_whole(pair):
    for framing in (b"Content-Length: 10\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\na\r\nhalf"):
        _, port, _ = pair(misbehaving.closing_after(b"HTTP/1.1 200 OK\r\n" + framing))
        with Client(port) as client:
            client.send(request())
            head = client.reader.head()
            with pytest.raises(Exception):
                client.reader.body(head)


def test_bytes_behind_the_answer_poison_nobody(pair):
    _, port, backend = pair(misbehaving.with_garbage)
    for _ in range(20):
        with Client(port) as client:
            reply = client.ask(request())
            assert (reply.status, reply.body) == (200, b"ok")
            # A second one on the same client connection may not see the left-over bytes either.
            assert client.ask(request()).body == b"ok"
    assert backend.connections == 40


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_keep_alive_race_loses_no_request(pair, method):
    _, port, backend = pair(misbehaving.closing_idle)
    with Client(port) as client:
        for _ in range(300):
            reply = client.ask(request(method, body=b"x" if method == "POST" else None))
            assert reply.status == 200, f"{reply.status} {reply.reason}"
            if method == "POST":
                time.sleep(0.005)  # a POST is no retry's business: it only must not meet a FIN that is already here
    # Each was carried out once: a POST is never sent a second time.
    assert len(backend.requests) == 300


def test_keep_alive_race_under_load_loses_no_request(pair):
    def behave(connection, _):
        connection.send(answer())
        time.sleep(0.002)
        connection.close()
    _, port, backend = pair(behave)
    failures = []

    def client():
        with Client(port) as own:
            for _ in range(100):
                reply = own.ask(request())
                if reply.status != 200:
                    failures.append(f"{reply.status} {reply.reason}")
    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:5]


def test_dead_pooled_connection_is_tried_again_once(pair):
    """The connection dies with the request already on it, before any byte of an answer."""
    def behave(connection, _):
        if connection.number == 1 and behave.served:
            connection.reset()
        else:
            behave.served = True
            connection.send(answer())
    behave.served = False
    _, port, backend = pair(behave)
    with Client(port) as client:
        assert client.ask(request()).status == 200
        assert client.ask(request()).status == 200
    assert backend.connections == 2


def test_fresh_connection_that_dies_is_not_tried_for_ever(pair):
    _, port, backend = pair(misbehaving.resetting)
    assert ask(port).status == 502
    assert len(backend.requests) <= 2


def test_keep_alive_timeout_of_the_backend_is_honoured(pair):
    _, port, backend = pair(lambda c, _: c.send(answer(fields=[("Keep-Alive", "timeout=1")])))
    with Client(port) as client:
        client.ask(request())
        time.sleep(1.2)
        client.ask(request())
    assert backend.connections == 2


def test_non_idempotent_request_takes_no_connection_idle_for_long(pair):
    _, port, backend = pair()
    with Client(port) as client:
        client.ask(request())
        time.sleep(0.7)
        client.ask(request("POST", body=b"x"))
    assert backend.connections == 2


def test_pool_is_idle_for_its_time_only(pair):
    sidecar, port, backend = pair(service={"pool": {"idleTimeout": "300ms"}})
    ask(port)
    sidecar.wait(lambda: not backend._open, "the pooled connection is closed")


def test_body_over_the_limit_is_413(pair):
    _, port, backend = pair(route={"maxBodyBytes": "1KiB"})
    assert ask(port, request("POST", body=b"x" * 1024)).status == 200
    refused(ask(port, request("POST", body=b"x" * 1025)), 413, "body.too_large")
    head = request("POST", fields=[("Transfer-Encoding", "chunked")])
    assert ask(port, head + chunked(b"x" * 1025)).status == 413
    assert [len(seen.body) for seen in backend.requests if seen.body] in ([1024], [1024, 1025][:1])


def test_client_that_leaves_frees_the_backend(pair):
    def forever(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
    sidecar, port, backend = pair(forever)
    client = Client(port)
    client.send(request())
    client.reader.head()
    client.reset()
    sidecar.wait(lambda: not backend._open, "the backend's connection is closed")


def test_load_goes_to_both_endpoints(start):
    slow = misbehaving.slowly(0.02)  # so that requests overlap, and the busier endpoint costs more
    one, two, port = start.backend(slow), start.backend(slow), free_port()
    start.sidecar([say.edge(port), say.service(one.port, two.port), say.route()])
    with ThreadPoolExecutor(16) as pool:
        assert {reply.status for reply in pool.map(lambda _: ask(port), range(400))} == {200}
    assert min(len(one.requests), len(two.requests)) > 80


def test_round_robin_keeps_to_weights(start):
    one, two, port = start.backend(), start.backend(), free_port()
    service = say.service(one.port, two.port, balancing="roundRobin")
    service["spec"]["endpoints"][0]["weight"] = 3
    start.sidecar([say.edge(port), service, say.route()])
    for _ in range(80):
        assert ask(port).status == 200
    assert (len(one.requests), len(two.requests)) == (60, 20)
