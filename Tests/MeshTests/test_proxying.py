"""HTTP/1.1 through one edge: what the message's two sides may rely on."""

import time

import pytest

from harness.backend import answer
from harness.wire import Client, chunked, request

KIB, MIB = 1024, 1024 * 1024


def test_field_case_and_order_are_kept(pair):
    _, port, backend = pair()
    with Client(port) as client:
        client.ask(request(fields=[("X-CamelCase", "One"), ("x-lower", "two"), ("X-UPPER", "THREE"), ("x-lower", "4")]))
    names = [name for name, _ in backend.last.fields]
    assert [n for n in names if n.lower() in ("x-camelcase", "x-lower", "x-upper")] \
        == ["X-CamelCase", "x-lower", "X-UPPER", "x-lower"]


def test_answer_comes_as_the_backend_sent_it(pair):
    fields = [("X-CamelCase", "One"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    _, port, _ = pair(lambda c, _: c.send(answer(201, b"made", fields)))
    with Client(port) as client:
        reply = client.ask(request())
    assert (reply.status, reply.body) == (201, b"made")
    assert reply.all("set-cookie") == ["a=1", "b=2"]
    assert "X-CamelCase" in [name for name, _ in reply.fields]


def test_hop_by_hop_fields_end_here(pair):
    _, port, backend = pair(lambda c, _: c.send(answer(fields=[("Connection", "X-Hop"), ("X-Hop", "1")])))
    with Client(port) as client:
        reply = client.ask(request(fields=[("Connection", "X-Mine, keep-alive"), ("X-Mine", "1"), ("Keep-Alive", "300"),
                                           ("TE", "trailers"), ("Proxy-Connection", "keep-alive")]))
    for name in ("x-mine", "keep-alive", "te", "proxy-connection"):
        assert backend.last.get(name) is None, name
    assert reply.get("x-hop") is None


@pytest.mark.parametrize("size", [0, 1, 4 * KIB - 1, 4 * KIB, 64 * KIB, 64 * KIB + 1, 3 * MIB])
def test_bodies_of_every_size_go_both_ways(pair, size):
    _, port, backend = pair(lambda c, r: c.send(answer(body=r.body)))
    body = bytes(i % 251 for i in range(size))
    with Client(port, timeout=20) as client:
        assert client.ask(request("POST", body=body)).body == body
    assert backend.last.body == body


def test_chunks_and_trailers_go_through(pair):
    def behave(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                        + chunked(b"one", b"two", trailers=[("X-Sum", "6")]))
    _, port, backend = pair(behave)
    with Client(port) as client:
        reply = client.ask(request("POST", fields=[("Transfer-Encoding", "chunked"), ("Trailer", "X-Check")])
                           + chunked(b"abc", b"de", trailers=[("X-Check", "5")]))
    assert backend.last.body == b"abcde" and reply.body == b"onetwo"
    assert ("X-Check", "5") in backend.last.trailers
    assert ("X-Sum", "6") in reply.trailers


def test_answer_that_ends_with_the_connection(pair):
    def behave(connection, _):
        connection.send(b"HTTP/1.1 200 OK\r\n\r\nall that there is")
        connection.close()
    _, port, _ = pair(behave)
    with Client(port) as client:
        assert client.ask(request()).body == b"all that there is"


@pytest.mark.parametrize("method,status", [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404)])
def test_answers_without_a_body_keep_the_connection_in_step(pair, method, status):
    def behave(connection, seen):
        if seen.target == "/bodiless":
            connection.send(f"HTTP/1.1 {status} X\r\nETag: \"a\"\r\n".encode()
                            + (b"Content-Length: 1234\r\n" if status != 204 else b"") + b"\r\n")
        else:
            connection.send(answer(body=b"next"))
    _, port, _ = pair(behave)
    with Client(port) as client:
        reply = client.ask(request(method, "/bodiless"))
        assert (reply.status, reply.body) == (status, b"")
        assert client.ask(request()).body == b"next"


def test_pipelined_requests_are_answered_in_order(pair):
    _, port, backend = pair(lambda c, r: c.send(answer(body=r.target.encode())))
    with Client(port) as client:
        client.send(b"".join(request(target=f"/{i}") for i in range(20)))
        assert [client.answer().body for _ in range(20)] == [b"/%d" % i for i in range(20)]
    assert [seen.target for seen in backend.requests] == [f"/{i}" for i in range(20)]


def test_pipelined_request_in_its_own_segment(pair):
    def behave(connection, seen):
        time.sleep(0.2)
        connection.send(answer(body=seen.target.encode()))
    _, port, _ = pair(behave)
    with Client(port) as client:
        # The second arrives while the first is answered; no further byte will wake anyone.
        client.send(request(target="/1"), request(target="/2"), pause=0.1)
        assert [client.answer().body, client.answer().body] == [b"/1", b"/2"]


def test_request_byte_by_byte(pair):
    _, port, backend = pair()
    raw = request("POST", "/slow", body=b"hello")
    with Client(port) as client:
        client.send(*(raw[i:i + 1] for i in range(len(raw))), pause=0.001)
        assert client.answer().status == 200
    assert backend.last.body == b"hello"


def test_keep_alive_reuses_both_connections(pair):
    _, port, backend = pair()
    with Client(port) as client:
        for _ in range(50):
            assert client.ask(request()).status == 200
    assert backend.connections == 1


def test_http_1_0_is_answered_and_closed(pair):
    _, port, backend = pair(lambda c, _: c.send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello ", b"old friend")))
    with Client(port) as client:
        reply = client.ask(request(version="HTTP/1.0"))
        # HTTP/1.0 knows no chunks: the end of the connection ends the body.
        assert reply.get("transfer-encoding") is None
        assert reply.body == b"hello old friend"
        assert client.is_closed()
    assert backend.last.start.endswith("HTTP/1.1")


def test_http_1_0_keep_alive(pair):
    _, port, _ = pair()
    with Client(port) as client:
        for _ in range(2):
            reply = client.ask(request(version="HTTP/1.0", fields=[("Connection", "keep-alive")]))
            assert reply.status == 200 and reply.get("connection", "").lower() == "keep-alive"


def test_http_1_0_target_with_authority_keeps_its_host(pair):
    _, port, backend = pair()
    with Client(port) as client:
        assert client.ask(b"GET http://acme.example.test:81/x HTTP/1.0\r\n\r\n").status == 200
    # What the route was chosen by is what the backend is told (RFC 9112 section 3.2).
    assert backend.last.start == "GET /x HTTP/1.1"
    assert backend.last.all("host") == ["acme.example.test:81"]


def test_connection_close_is_kept_to(pair):
    _, port, _ = pair()
    with Client(port) as client:
        reply = client.ask(request(fields=[("Connection", "close")]))
        assert reply.get("connection", "").lower() == "close"
        assert client.is_closed()


def test_expect_continue(pair):
    _, port, backend = pair()
    with Client(port) as client:
        client.send(request("POST", fields=[("Expect", "100-continue"), ("Content-Length", "5")]))
        assert client.reader.head().status == 100
        client.send(b"hello")
        assert client.answer().status == 200
    assert backend.last.body == b"hello"


def test_expect_continue_that_is_refused(pair):
    def refuse(connection, head):
        connection.send(answer(417, b"no", [("Connection", "close")]))
        connection.close()
        return True
    _, port, _ = pair(on_head=refuse)
    with Client(port) as client:
        client.send(request("POST", fields=[("Expect", "100-continue"), ("Content-Length", "5")]))
        reply = client.answer()
        assert reply.status == 417 and not reply.interim


def test_early_hints_come_before_the_answer(pair):
    def behave(connection, _):
        connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")
        time.sleep(0.05)
        connection.send(answer())
    _, port, _ = pair(behave)
    with Client(port) as client:
        reply = client.ask(request())
    assert reply.status == 200
    assert [hint.status for hint in reply.interim] in ([103], [])


def test_early_answer_while_the_client_still_sends(pair):
    def early(connection, head):
        if head.method != "POST":
            return False
        connection.send(answer(403, b"enough"))
        time.sleep(0.2)
        connection.close()
        return True
    _, port, backend = pair(on_head=early)
    with Client(port) as client:
        client.send(request("POST", fields=[("Content-Length", str(MIB))]), b"x" * 1000)
        assert client.answer().status == 403
    # What the client did not send any more never shows up as a request of its own.
    with Client(port) as client:
        assert client.ask(request(target="/next")).status == 200
    assert sorted(seen.target for seen in backend.wait_for(2)) == ["/", "/next"]


def test_half_closed_client_gets_its_answer(pair):
    def behave(connection, _):
        time.sleep(0.3)
        connection.send(answer(body=b"still here"))
    _, port, _ = pair(behave)
    with Client(port) as client:
        client.send(request())
        client.finish()
        assert client.answer().body == b"still here"


def test_refusal_is_received_by_a_client_that_still_sends_ten_megabytes(pair):
    _, port, _ = pair(route={"maxBodyBytes": "64KiB"})
    with Client(port, timeout=20) as client:
        client.send(request("POST", fields=[("Content-Length", str(10 * MIB))]))
        for _ in range(10):
            try:
                client.send(b"x" * MIB)
            except (BrokenPipeError, ConnectionResetError):
                pytest.fail("reset before the answer could be read")
            time.sleep(0.01)
        reply = client.answer()
        assert (reply.status, reply.reason) == (413, "body.too_large")


def test_slow_reader_gets_everything(pair):
    body = bytes(i % 251 for i in range(8 * MIB))
    sidecar, port, _ = pair(lambda c, _: c.send(answer(body=body)))
    with Client(port, timeout=20) as client:
        client.send(request())
        time.sleep(0.5)
        # What the client does not take stays at the backend, not here.
        assert sidecar.pss() < 40 * MIB
        assert client.answer().body == body


def test_absolute_form_is_forwarded_in_origin_form(pair):
    _, port, backend = pair()
    with Client(port) as client:
        assert client.ask(request(target="http://acme.example.test/a?b=c")).status == 200
    assert backend.last.target == "/a?b=c" and backend.last.get("host") == "acme.example.test"


def test_options_for_the_whole_server(pair):
    _, port, _ = pair()
    with Client(port) as client:
        assert client.ask(request("OPTIONS", "*")).status in (200, 404)
