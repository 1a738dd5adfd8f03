"""What strangers say of themselves counts for nothing; what the mesh proves reaches the service."""

import ctypes
import re
import socket
import ssl

import pytest

from harness import documents as say
from harness.wire import Client, client_tls, request
from rig.ports import free_port

EDGE, BACKEND = "spiffe://mesh.test/service/edge", "spiffe://mesh.test/service/backend"
TRACE = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
ROOT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def seen_with(pair, fields, **more):
    _, port, backend = pair(**more)
    with Client(port) as client:
        assert client.ask(request(fields=fields)).status == 200
    return backend.last


# At the edge

@pytest.mark.parametrize("name", ["x-outrigger-tenant", "X-Outrigger-Peer", "X-OUTRIGGER-FLOW", "x-outrigger-anything",
                                  "x-forwarded-client-cert", "tracestate", "forwarded", "x-real-ip"])
def test_strangers_field_is_dropped(pair, name):
    assert seen_with(pair, [(name, "spoofed")]).get(name) is None


def test_strangers_trace_is_restarted(pair):
    seen = seen_with(pair, [("traceparent", ROOT), ("tracestate", "a=1")])
    [trace] = seen.all("traceparent")
    assert TRACE.match(trace) and trace[3:35] != ROOT[3:35]
    assert trace.endswith("-00"), "without a collector nothing is sampled"
    assert seen.get("tracestate") is None


def test_strangers_request_id_is_replaced(pair):
    seen = seen_with(pair, [("x-request-id", "mine")])
    [identifier] = seen.all("x-request-id")
    assert identifier != "mine" and len(identifier) == 36


def test_every_request_has_its_own_ids(pair):
    _, port, backend = pair()
    with Client(port) as client:
        for _ in range(20):
            client.ask(request())
    assert len({seen.get("x-request-id") for seen in backend.requests}) == 20
    assert len({seen.get("traceparent") for seen in backend.requests}) == 20


def test_forwarded_for_starts_with_the_peer(pair):
    assert seen_with(pair, [("X-Forwarded-For", "10.9.9.9, 127.0.0.1")]).all("x-forwarded-for") == ["127.0.0.1"]


@pytest.mark.parametrize("hops,sent,expected", [
    (1, ["10.9.9.9"], "10.9.9.9, 127.0.0.1"),
    (1, ["6.6.6.6, 10.9.9.9"], "10.9.9.9, 127.0.0.1"),
    (2, ["6.6.6.6, 10.9.9.9", "10.8.8.8"], "10.9.9.9, 10.8.8.8, 127.0.0.1"),
    (3, ["10.9.9.9"], "10.9.9.9, 127.0.0.1"),
])
def test_trusted_hops_count_from_the_right(pair, hops, sent, expected):
    seen = seen_with(pair, [("X-Forwarded-For", value) for value in sent], listener={"trustedHops": hops})
    assert seen.all("x-forwarded-for") == [expected]


def test_connection_cannot_strip_what_we_say(pair):
    for name in ("x-forwarded-for", "x-request-id", "traceparent", "host", "x-forwarded-proto"):
        _, port, backend = pair()
        with Client(port) as client:
            status = client.ask(request(fields=[("Connection", name)])).status
        # Refused, or the service has the field all the same.
        assert status == 400 or len(backend.last.all(name)) == 1, name


def test_backends_own_outrigger_fields_are_dropped(pair):
    from harness.backend import answer
    _, port, _ = pair(lambda c, _: c.send(answer(fields=[("x-outrigger-reason", "route.not_found"),
                                                         ("X-Outrigger-Tenant", "acme")])))
    with Client(port) as client:
        reply = client.ask(request())
    assert reply.get("x-outrigger-reason") is None and reply.get("x-outrigger-tenant") is None


def test_header_operations(pair):
    seen = seen_with(pair, [("X-Old", "1"), ("X-Gone", "1")], route={
        "requestHeaders": {"set": {"x-old": "new"}, "add": {"x-more": "2"}, "remove": ["x-gone"]}})
    assert (seen.all("x-old"), seen.all("x-more"), seen.all("x-gone")) == (["new"], ["2"], [])


# Inside: an inbound listener with mutual TLS

@pytest.fixture
def inside(start, authority):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar([say.tenant("acme"), say.service(backend.port),
                             say.inbound(port, backend.port, authority, tenantFrom=[EDGE])])
    return sidecar, port, backend


def ask_as(authority, name, port, fields=()):
    with Client(port, client_tls(authority, name)) as client:
        return client.ask(request(fields=fields))


def test_peer_is_told_to_the_service(inside, authority):
    sidecar, port, backend = inside
    assert ask_as(authority, "other", port, [("x-outrigger-peer", "spiffe://mesh.test/service/forged")]).status == 200
    assert backend.last.all("x-outrigger-peer") == ["spiffe://mesh.test/service/other"]
    assert sidecar.log(1)[-1]["peer"] == "spiffe://mesh.test/service/other"


def test_listed_peer_may_assert_a_tenant(inside, authority):
    _, port, backend = inside
    assert ask_as(authority, "edge", port, [("x-outrigger-tenant", "acme")]).status == 200
    assert backend.last.all("x-outrigger-tenant") == ["acme"]


def test_unlisted_peer_may_not(inside, authority):
    _, port, backend = inside
    reply = ask_as(authority, "other", port, [("x-outrigger-tenant", "acme")])
    assert (reply.status, reply.reason) == (403, "tenant.mismatch")
    assert not backend.requests


def test_trace_of_the_mesh_is_forwarded_unchanged(inside, authority):
    _, port, backend = inside
    ask_as(authority, "edge", port, [("traceparent", ROOT), ("tracestate", "a=1"), ("x-request-id", "one-two")])
    assert backend.last.all("traceparent") == [ROOT] and backend.last.all("tracestate") == ["a=1"]


@pytest.mark.parametrize("bad", ["00-" + "0" * 32 + "-00f067aa0ba902b7-01", "ff-" + ROOT[3:], ROOT.upper(), "nonsense",
                                 ROOT[:-1], ROOT + "-extra"])
def test_bad_trace_is_restarted_even_inside(inside, authority, bad):
    _, port, backend = inside
    ask_as(authority, "edge", port, [("traceparent", bad), ("tracestate", "a=1")])
    [trace] = backend.last.all("traceparent")
    assert TRACE.match(trace) and trace != bad
    assert backend.last.get("tracestate") is None


def refused_by_tls(port, context):
    with pytest.raises((ssl.SSLError, OSError)):
        with Client(port, context) as client:
            client.ask(request())  # TLS 1.3 tells a client of its refusal with the first read


def test_no_certificate_is_refused(inside, authority):
    _, port, backend = inside
    refused_by_tls(port, client_tls(authority, None))
    assert not backend.requests


@pytest.mark.parametrize("name,alternatives,more", [
    ("two-identities", f"URI:{EDGE},URI:{BACKEND}", {}),
    ("no-identity", "DNS:edge.mesh.test", {}),
    ("bad-path", "URI:spiffe://mesh.test/service/../edge", {}),
    ("trailing-slash", "URI:spiffe://mesh.test/service/edge/", {}),
])
def test_leaf_without_one_good_identity_is_nobody(inside, authority, name, alternatives, more):
    _, port, backend = inside
    authority.issue(name, alternatives, **more)
    try:
        reply = ask_as(authority, name, port, [("x-outrigger-tenant", "acme")])
        assert reply.status == 403
    except (ssl.SSLError, OSError):
        pass
    assert not backend.requests


def test_other_authority_is_refused(inside, authority, scratch):
    from rig.certificates import Authority
    _, port, backend = inside
    stranger = Authority(scratch / "stranger")
    stranger.issue_service("edge")
    context = client_tls(authority, None)
    context.load_cert_chain(stranger.path("edge.pem"), stranger.path("edge.key"))
    refused_by_tls(port, context)
    assert not backend.requests


def test_expired_leaf_is_refused(inside, authority):
    _, port, backend = inside
    authority.issue_service("edge", name="expired", days=-1)
    refused_by_tls(port, client_tls(authority, "expired"))
    assert not backend.requests


def test_old_tls_is_refused(inside, authority):
    _, port, _ = inside
    context = client_tls(authority, "edge")
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    refused_by_tls(port, context)


# Two hops

def chain(start, authority, peer=BACKEND, leaf="backend"):
    backend, middle, port = start.backend(), free_port(), free_port()
    listener = say.inbound(middle, backend.port, authority, tenantFrom=[EDGE])
    listener["spec"]["tls"].update(certificate={"file": authority.path(f"{leaf}.pem")},
                                   key={"file": authority.path(f"{leaf}.key")})
    inner = start.sidecar([say.tenant("acme"), say.service(backend.port), listener])
    tls = say.mesh_tls(authority, "edge", "backend")
    outer = start.sidecar([say.edge(port), say.service(middle, tls={**tls, "peer": peer}), say.route()])
    return outer, inner, port, backend


def test_request_id_and_trace_cross_two_hops(start, authority):
    outer, inner, port, backend = chain(start, authority)
    with Client(port) as client:
        for _ in range(10):
            assert client.ask(request()).status == 200
    seen = backend.last
    assert seen.all("x-outrigger-peer") == [EDGE]
    outside, inside = outer.log(10)[-1], inner.log(10)[-1]
    assert outside["traceId"] == inside["traceId"] == seen.get("traceparent").split("-")[1]
    assert outside["requestId"] == inside["requestId"] == seen.get("x-request-id")
    assert seen.all("x-forwarded-for") == ["127.0.0.1"]


@pytest.mark.parametrize("updates, in_a_row, lives", [
    (2400, 30, True), (2450, 30, False),  # 64 KiB of answers to them
    (32, 32, True), (33, 33, False),      # records that bring nothing
])
def test_flood_of_key_updates_ends_its_connection(start, authority, updates, in_a_row, lives):
    """Each makes the sidecar say 27 bytes that nobody reads; without a bound memory grows while a body lasts."""
    backend, port = start.backend(), free_port()
    tls = {"certificate": {"file": authority.path("edge.pem")}, "key": {"file": authority.path("edge.key")}}
    start.sidecar([say.edge(port, tls=tls), say.service(backend.port), say.route()])
    library, pointer = ctypes.CDLL("libssl.so.3"), ctypes.c_void_p
    for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
        getattr(library, name).restype = pointer
    context = pointer(library.SSL_CTX_new(pointer(library.TLS_client_method())))
    session = pointer(library.SSL_new(context))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as stream:
        stream.settimeout(None)
        library.SSL_set_fd(session, stream.fileno())
        assert library.SSL_connect(session) == 1
        length = -(-updates // in_a_row)
        start_of_request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % length
        library.SSL_write(session, start_of_request, len(start_of_request))
        done = 0
        while done < updates and library.SSL_key_update(session, 1) == 1 and library.SSL_do_handshake(session) == 1:
            done += 1
            if done % in_a_row == 0 or done == updates:
                library.SSL_write(session, b"x", 1)
        answer = ctypes.create_string_buffer(12)
        read = library.SSL_read(session, answer, 12)
        assert (read == 12 and answer.raw == b"HTTP/1.1 200") == lives
    library.SSL_free(session)
    library.SSL_CTX_free(context)


def test_endpoint_with_another_identity_gets_nothing(start, authority):
    outer, _, port, backend = chain(start, authority, leaf="other")
    with Client(port) as client:
        reply = client.ask(request("POST", body=b"secret"))
    assert (reply.status, reply.reason) == (503, "upstream.tls_failed")
    assert not backend.requests


def test_refusal_inside_reaches_the_outside_with_its_reason(start, authority):
    backend_port, middle, port = free_port(), free_port(), free_port()
    start.sidecar([say.inbound(middle, backend_port, authority), say.service(backend_port)])
    tls = say.mesh_tls(authority, "edge", "backend")
    start.sidecar([say.edge(port), say.service(middle, tls=tls), say.route()])
    with Client(port) as client:
        reply = client.ask(request())
    assert (reply.status, reply.reason) == (503, "upstream.connect_failed")
