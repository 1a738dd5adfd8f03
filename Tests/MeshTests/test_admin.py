"""The admin and status listeners, --check, and what a log line says."""

import json
import subprocess

import pytest

from harness import documents as say
from harness.wire import Client, request
from rig.ports import free_port
from rig.processes import Process


def test_health_and_readiness(pair):
    sidecar, _, _ = pair()
    assert sidecar.ask("/healthz")[0] == 200
    assert sidecar.ask("/readyz")[0] == 200
    assert sidecar.ask("/nothing")[0] == 404


def test_metrics_count_requests(pair):
    sidecar, port, _ = pair()
    with Client(port) as client:
        for _ in range(7):
            client.ask(request())
    sidecar.wait(lambda: sidecar.total("outrigger_requests_total", direction="edge", code="200") == 7,
                 "seven requests are counted")
    assert sidecar.total("outrigger_request_duration_seconds_count", direction="edge") == 7


def test_metrics_are_well_formed(pair):
    sidecar, port, _ = pair()
    with Client(port) as client:
        client.ask(request())
    text = sidecar.ask("/metrics")[1]
    declared = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name = line.split("{")[0].split(" ")[0]
            base = next((name.removesuffix(end) for end in ("_bucket", "_sum", "_count") if name.endswith(end)), name)
            assert name in declared or base in declared, line


def test_strangers_cannot_make_series(pair):
    sidecar, port, _ = pair(route={"prefix": "/known"})
    with Client(port) as client:
        client.ask(request(target="/known"))
        client.ask(request(target="/first"))
        before = len(sidecar.metrics())
        for i in range(200):
            client.ask(request("GET", f"/unknown-{i}", [(f"X-{i}", str(i))], host=f"h{i}.example.test"))
    assert len(sidecar.metrics()) <= before + 2


def test_configuration_is_shown_with_secrets_masked(start):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar([
        say.edge(port), say.service(backend.port), say.route(), say.tenant("acme"),
        say.meta_webhook("very-secret-secret", token="very-secret-token"),
        say.whatsapp_channel("acme", "wa", "1"),
        say.genesys_webhook(), say.genesys_channel("acme", "g", "i-1", "very-secret-integration")])
    status, text = sidecar.ask("/config")
    assert status == 200 and "acme" in text
    assert "very-secret" not in text


def test_clusters_name_endpoints(pair):
    sidecar, _, backend = pair()
    [worker] = json.loads(sidecar.ask("/clusters")[1])["workers"]
    assert [endpoint["address"] for endpoint in worker["endpoints"]] == [f"127.0.0.1:{backend.port}"]


def test_status_listener_shows_little(binary, start, scratch):
    backend, port, status = start.backend(), free_port(), free_port()
    sidecar = start.sidecar([say.edge(port), say.service(backend.port), say.route()])
    sidecar.process.stop()
    sidecar.process = Process("status", sidecar.command("--status", f"127.0.0.1:{status}"), sidecar.directory / "output")
    sidecar.process.wait_until(sidecar.is_ready, 10, "ready")
    with Client(status) as client:
        for path, expected in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/config", 404),
                               ("/clusters", 404)):
            assert client.ask(request(target=path)).status == expected, path


def test_access_log_says_what_happened(pair):
    sidecar, port, _ = pair(route={"prefix": "/known"})
    with Client(port) as client:
        client.ask(request(target="/known/thing?secret=1"))
        client.ask(request(target="/other"))
    good, bad = sidecar.log(2)
    assert (good["status"], good["direction"], good["method"], good["route"]) == (200, "edge", "GET", "everything")
    assert good["tries"] == 1 and good["totalMicroseconds"] > 0 and "reason" not in good
    assert (bad["status"], bad["reason"], bad["flags"]) == (404, "route.not_found", "NR")
    assert "secret" not in json.dumps(good) and "other" not in json.dumps(bad)


def check(binary, directory, documents):
    path = directory / "checked.yaml"
    say.write(path, documents)
    done = subprocess.run([binary, "--config", path, "--check"], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


def test_check_accepts_what_runs(binary, tmp_path):
    status, text = check(binary, tmp_path, [say.edge(18080), say.service(19090), say.route()])
    assert status == 0, text


def test_check_names_every_problem_at_once(binary, tmp_path):
    status, text = check(binary, tmp_path, [
        say.edge(18080), say.document("Service", "backend", {"protocol": "http1", "endponts": []}),
        say.route(prefix="no-slash"), say.document("Routes", "x", {})])
    assert status != 0
    for part in ("endponts", "no-slash", "Routes"):
        assert part in text, text


@pytest.mark.parametrize("problem,documents", [
    ("18080", [say.edge(18080), say.service(18080), say.route()]),
    ("backend", [say.edge(18080), say.service(1), say.service(2), say.route()]),
    ("nobody", [say.edge(18080), say.service(1), say.route(to="nobody")]),
])
def test_check_refuses_as_a_set(binary, tmp_path, problem, documents):
    status, text = check(binary, tmp_path, documents)
    assert status != 0 and problem in text, text


def test_taken_port_is_told(binary, start, tmp_path):
    backend = start.backend()
    path = tmp_path / "mesh.yaml"
    say.write(path, [say.edge(backend.port), say.service(free_port()), say.route()])
    done = subprocess.run([binary, "--config", path, "--admin", f"127.0.0.1:{free_port()}"], capture_output=True,
                          text=True, timeout=20)
    assert done.returncode != 0
    assert str(backend.port) in done.stdout + done.stderr


def test_metrics_count_connections_and_bytes(pair):
    sidecar, port, _ = pair()
    with Client(port) as client:
        client.ask(request("POST", body=b"x" * 1000))
        assert sidecar.total("outrigger_connections_opened_total", direction="edge") == 1
        assert sidecar.total("outrigger_connections", direction="edge") == 1
        assert sidecar.total("outrigger_bytes_total", direction="edge", way="received") > 1000
        assert sidecar.total("outrigger_connections_opened_total", direction="upstream") == 1
