"""TLS as an operator lives with it: clients that come back, floods of handshakes, many certificates, their end."""

import json
import pathlib
import re
import socket
import ssl
import subprocess
import time

import pytest

from harness import documents as say
from harness.wire import Client, Reader, client_tls, request
from rig.certificates import Authority, _openssl
from rig.ports import free_port

EDGE = "spiffe://mesh.test/service/edge"
PEERS = pathlib.Path(__file__).resolve().parents[2] / "Mesh" / "peers"
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
FAMILY = "outrigger_tls_handshakes_total"


def own(authority, name="backend"):
    return {"certificate": {"file": authority.path(f"{name}.pem")}, "key": {"file": authority.path(f"{name}.key")}}


def mutual(authority, trusted=None, required=True, name="backend"):
    return {**own(authority, name),
            "clientCertificate": {"authority": {"file": trusted or authority.certificate}, "required": required}}


class Returning:
    """A client that keeps the session of its last visit."""

    def __init__(self, authority, version, name="edge"):
        self.context = client_tls(authority, name)
        self.context.minimum_version = self.context.maximum_version = VERSIONS[version]
        self.session = None

    def visit(self, port, path="/"):
        """(whether the session was resumed, the answer's status)."""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as stream:
            with self.context.wrap_socket(stream, server_hostname="mesh.test", session=self.session) as tls:
                tls.sendall(request(target=path))
                answer = Reader(tls).answer("GET")
                resumed, self.session = tls.session_reused, tls.session
        return resumed, answer.status


@pytest.fixture
def front(start):
    """front(tls, workers): an edge listener with these terms of TLS; returns (sidecar, port, documents)."""
    def make(tls, workers=1):
        backend, port = start.backend(), free_port()
        documents = [say.edge(port, tls=tls), say.service(backend.port), say.route()]
        return start.sidecar(documents, workers=workers), port, documents
    return make


def reload(sidecar, documents):
    before = sidecar.total("outrigger_config_revision")
    sidecar.write(documents)
    sidecar.reload()
    sidecar.wait(lambda: sidecar.total("outrigger_config_revision") > before, "the reload")


# Clients that come back

@pytest.mark.parametrize("version", VERSIONS)
def test_returning_clients_are_resumed_on_every_worker_and_across_a_reload(front, authority, version):
    sidecar, port, documents = front(mutual(authority), workers=4)
    clients = [Returning(authority, version) for _ in range(8)]
    assert [client.visit(port) for client in clients] == [(False, 200)] * 8
    visits = [client.visit(port) for client in clients for _ in range(6)]
    # Only routes change: who was trusted still is.
    reload(sidecar, [*documents, say.route("/other", name="other")])
    visits += [client.visit(port, "/other") for client in clients for _ in range(6)]
    assert all(status == 200 for _, status in visits)
    resumed = sum(was for was, _ in visits)
    assert resumed >= 0.9 * len(visits), f"{resumed} of {len(visits)}"
    assert sidecar.total(FAMILY, result="resumed") == resumed
    assert sidecar.total(FAMILY, result="finished") == 8 + len(visits) - resumed


@pytest.mark.parametrize("version", VERSIONS)
def test_a_resumed_peer_is_who_it_was(start, authority, version):
    """A route that only the edge's own identity may use: by whole and resumed handshakes, and by nobody else's."""
    backend, port = start.backend(), free_port()
    start.sidecar([say.edge(port, tls=mutual(authority)), say.service(backend.port), say.route(access=[EDGE])],
                  workers=4)
    client, other = Returning(authority, version), Returning(authority, version, name="other")
    assert [client.visit(port) for _ in range(4)] == [(False, 200)] + [(True, 200)] * 3
    assert [other.visit(port) for _ in range(3)] == [(False, 403)] + [(True, 403)] * 2
    assert len(backend.requests) == 4


def test_no_session_is_resumed_inside_the_mesh(start, authority):
    """A ticket makes a handshake with certificates dearer, and services of the mesh keep their connections."""
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar([say.service(backend.port), say.inbound(port, backend.port, authority)], workers=4)
    client = Returning(authority, "1.3")
    assert [client.visit(port) for _ in range(4)] == [(False, 200)] * 4
    assert [seen.all("x-outrigger-peer") for seen in backend.requests] == [[EDGE]] * 4
    assert {record["peer"] for record in sidecar.log(4)} == {EDGE}


@pytest.mark.parametrize("version, options", [("1.2", ["-tls1_2"]), ("1.3", ["-tls1_3"])])
def test_openssl_comes_back(front, authority, tmp_path, version, options):
    _, port, _ = front(own(authority))
    kept = tmp_path / "session"
    lines = []
    for number in range(4):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options, "-ign_eof", "-sess_out", kept,
             *(["-sess_in", kept] if number else [])], input=request(fields=[("Connection", "close")]),
            capture_output=True, timeout=20)
        assert b"HTTP/1.1 200" in done.stdout
        lines += re.findall(rb"^(New|Reused), TLSv" + version.encode().replace(b".", rb"\."), done.stdout, re.M)
    assert lines == [b"New", b"Reused", b"Reused", b"Reused"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_reload_that_changes_the_authority_ends_its_tickets(front, authority, scratch, version):
    stranger = Authority(scratch / "another-authority")
    sidecar, port, documents = front(mutual(authority))
    client = Returning(authority, version)
    assert client.visit(port) == (False, 200) and client.visit(port) == (True, 200)
    documents[0]["spec"]["tls"] = mutual(authority, trusted=stranger.certificate)
    reload(sidecar, documents)
    with pytest.raises((ssl.SSLError, OSError)):
        client.visit(port)
    assert sidecar.total(FAMILY, result="failed") == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ticket_of_a_listener_for_everybody_opens_none_for_proven_peers(start, authority, version):
    backend, open_port, closed_port = start.backend(), free_port(), free_port()
    start.sidecar([
        say.edge(open_port, name="open", tls=own(authority)),
        say.edge(closed_port, name="closed", tls=mutual(authority)), say.service(backend.port), say.route()])
    stranger = Returning(authority, version, name=None)
    assert stranger.visit(open_port) == (False, 200) and stranger.visit(open_port) == (True, 200)
    with pytest.raises((ssl.SSLError, OSError)):
        stranger.visit(closed_port)
    proven = Returning(authority, version)
    assert proven.visit(closed_port) == (False, 200)
    # Nor does it shorten the way into a listener that asks for less: the terms differ.
    assert proven.visit(open_port) == (False, 200)


# Floods

@pytest.fixture(scope="session")
def flood_program(scratch):
    program = scratch / "tlsflood"
    done = subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", PEERS / "tlsflood.c", "-o", program, "-lssl",
                           "-lcrypto"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def flood(program, port, seconds, handshakes, requests, connections=20):
    words = [program, "127.0.0.1", port, seconds, handshakes, requests, connections, "/"]
    done = subprocess.run(list(map(str, words)), input="\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("rate", [300, 4000], ids=["bearable", "unbearable"])
def test_a_flood_of_handshakes_starves_nobody(front, authority, flood_program, rate):
    """Counts only: what latencies become is for a machine to say that does nothing else."""
    sidecar, port, _ = front(own(authority))
    seen = flood(flood_program, port, seconds=1, handshakes=rate, requests=200)
    assert (seen["answered"], seen["errors"]) == (seen["due"], 0)
    assert seen["p99_us"] < 1_000_000
    assert seen["late"] == 0
    assert seen["finished"] > 100
    sidecar.wait(lambda: sidecar.total("outrigger_connections", direction="edge") == 0, "the flood's end", 15)
    # Each of the 20 connections shook hands too. Every handshake came to an end that has a name.
    ends = {result: sidecar.total(FAMILY, result=result) for result in ("finished", "resumed", "failed", "shed")}
    assert sum(ends.values()) == seen["begun"] + 20, (ends, seen)
    assert ends["resumed"] == 0
    # Nobody is turned away who could be served. More than can be served are the load's own doing where it is slow.
    if rate == 300:
        assert ends["finished"] == seen["begun"] + 20


# Certificates

def rsa_leaf(authority, name, alternatives):
    """A leaf with an RSA key."""
    key, asked, leaf, extensions = (authority.path(f"{name}{end}") for end in (".key", ".csr", ".pem", ".ext"))
    _openssl("genrsa", "-out", key, "2048")
    _openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", asked)
    pathlib.Path(extensions).write_text(f"subjectAltName={alternatives}\n")
    _openssl("x509", "-req", "-in", asked, "-CA", authority.certificate, "-CAkey", authority.path(f"{authority.name}.key"),
             "-set_serial", "77", "-sha256", "-days", "1", "-extfile", extensions, "-out", leaf)


def presented(port, authority, name, ciphers=None):
    """(DNS names, length) of the certificate that is shown to who asks for `name`."""
    context = client_tls(authority, None)
    if ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as stream:
        with context.wrap_socket(stream, server_hostname=name) as tls:
            names = [value for kind, value in tls.getpeercert()["subjectAltName"] if kind == "DNS"]
            return names, tls.cipher()[0]


def test_the_certificate_of_the_name_is_presented(front, authority, scratch):
    authority.issue("first", "DNS:first.test")
    authority.issue("wild", "DNS:*.shop.test")
    authority.issue("exact", "DNS:pay.shop.test")
    rsa_leaf(authority, "exact-rsa", "DNS:pay.shop.test")
    listed = [own(authority, name) for name in ("first", "wild", "exact", "exact-rsa")]
    sidecar, port, documents = front({"certificates": listed})
    for name, expected in [("first.test", "first.test"), ("pay.shop.test", "pay.shop.test"),
                           ("a.shop.test", "*.shop.test"), ("a.b.shop.test", "first.test"),
                           ("unknown.test", "first.test"), ("PAY.shop.TEST", "pay.shop.test")]:
        assert presented(port, authority, name)[0] == [expected], name
    for kind in ("ECDSA", "RSA"):
        names, cipher = presented(port, authority, "pay.shop.test", f"ECDHE-{kind}-AES128-GCM-SHA256")
        assert names == ["pay.shop.test"] and kind in cipher
    told = {row["certificate"] for name, row, _ in sidecar.metrics()
            if name == "outrigger_certificate_expiry_timestamp_seconds"}
    assert told == {item["certificate"]["file"] for item in listed}
    shown = json.loads(sidecar.ask("/config")[1])
    assert next(d for d in shown if d["kind"] == "Listener")["spec"]["tls"]["certificates"] == listed
    with Client(port, client_tls(authority, None)) as client:
        assert client.ask(request()).status == 200

    # One that nobody can be shown is a mistake, found before it is served.
    authority.issue("again", "DNS:pay.shop.test")
    documents[0]["spec"]["tls"]["certificates"].append(own(authority, "again"))
    sidecar.write(documents)
    done = subprocess.run(list(map(str, sidecar.command("--check"))), capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "again.pem" in done.stderr and "can never be presented" in done.stderr


def test_the_end_of_a_certificate_is_told_once(start, authority, scratch):
    authority.issue("ended", "DNS:ended.test", days=-1)
    backend, port = start.backend(), free_port()
    authority.issue("backend-named", "DNS:backend.test")
    tls = {"certificates": [own(authority, "backend-named"), own(authority, "ended")]}
    sidecar = start.sidecar([say.edge(port, tls=tls), say.service(backend.port), say.route()])
    sidecar.wait(lambda: "certificate.expires" in sidecar.output(), "the event")
    sidecar.reload()
    sidecar.wait(lambda: sidecar.total("outrigger_config_revision") == 2, "the reload")
    [event] = [json.loads(line) for line in sidecar.output().splitlines() if "certificate.expires" in line]
    assert (event["level"], event["listener"], event["threshold"], event["secondsLeft"]) == ("error", "front", "expired", 0)
    assert event["certificate"] == authority.path("ended.pem")
    ends = {row["certificate"]: value for name, row, value in sidecar.metrics()
            if name == "outrigger_certificate_expiry_timestamp_seconds"}
    begins = {row["certificate"]: value for name, row, value in sidecar.metrics()
              if name == "outrigger_certificate_not_before_timestamp_seconds"}
    now = time.time()
    assert ends[authority.path("ended.pem")] < now < ends[authority.path("backend-named.pem")]
    assert begins[authority.path("backend-named.pem")] <= now
