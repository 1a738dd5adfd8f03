"""Clients that people use: curl and httpx, one after another and all at once."""

import asyncio
import json
import ssl
import subprocess

import httpx

from harness import documents as say
from harness.backend import answer
from rig.ports import free_port


def echo(connection, seen):
    connection.send(answer(body=json.dumps({"method": seen.method, "bytes": len(seen.body)}).encode()))


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *map(str, arguments)], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_curl_gets_posts_and_heads(pair, tmp_path):
    _, port, _ = pair(echo)
    url = f"http://127.0.0.1:{port}/"
    assert json.loads(curl(url)) == {"method": "GET", "bytes": 0}
    file = tmp_path / "body"
    file.write_bytes(b"x" * 2_000_000)
    # curl asks with Expect: 100-continue before it sends this much.
    assert json.loads(curl("--data-binary", f"@{file}", url))["bytes"] == 2_000_000
    assert json.loads(curl("-T", file, "-H", "Transfer-Encoding: chunked", url)) == {"method": "PUT", "bytes": 2_000_000}
    assert b"HTTP/1.1 200" in curl("-I", url)
    assert json.loads(curl("-0", url))["method"] == "GET"


def test_curl_reuses_its_connection(pair):
    sidecar, port, _ = pair(echo)
    urls = [f"http://127.0.0.1:{port}/{i}" for i in range(10)]
    curl(*urls)
    assert sidecar.total("outrigger_connections_opened_total", direction="edge") == 1


def test_curl_over_mutual_tls(start, authority):
    backend, port = start.backend(echo), free_port()
    start.sidecar([say.inbound(port, backend.port, authority), say.service(backend.port)])
    reply = curl("--insecure", "--cert", authority.path("edge.pem"), "--key", authority.path("edge.key"),
                 f"https://127.0.0.1:{port}/")
    assert json.loads(reply)["method"] == "GET"
    assert backend.last.get("x-outrigger-peer") == "spiffe://mesh.test/service/edge"


def test_httpx_with_fifty_requests_at_once(pair):
    _, port, _ = pair(echo)

    async def run():
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=20) as client:
            return await asyncio.gather(*(client.post(f"/{i}", content=b"x" * (i * 1000)) for i in range(50)))
    replies = asyncio.run(run())
    assert [reply.status_code for reply in replies] == [200] * 50
    assert [reply.json()["bytes"] for reply in replies] == [i * 1000 for i in range(50)]


def test_httpx_is_offered_http_1_over_tls(start, authority):
    backend, port = start.backend(echo), free_port()
    start.sidecar([say.inbound(port, backend.port, authority), say.service(backend.port)])
    context = ssl.create_default_context(cafile=authority.certificate)
    context.check_hostname = False
    context.load_cert_chain(authority.path("edge.pem"), authority.path("edge.key"))
    with httpx.Client(verify=context, http2=True) as client:
        reply = client.get(f"https://127.0.0.1:{port}/")
    assert reply.status_code == 200 and reply.http_version == "HTTP/1.1"


def test_httpx_streams_both_ways(pair):
    _, port, backend = pair(echo)

    def pieces():
        for _ in range(100):
            yield b"y" * 10_000
    with httpx.Client(timeout=20) as client:
        assert client.post(f"http://127.0.0.1:{port}/", content=pieces()).json()["bytes"] == 1_000_000
    assert backend.last.get("transfer-encoding") == "chunked"
