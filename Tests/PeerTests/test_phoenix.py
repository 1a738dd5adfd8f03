"""Spans of two sidecars in Phoenix (PyPI arize-phoenix), a real product that takes OTLP/HTTP and gives spans back by REST.

Not part of the ordinary tests: Phoenix is some 850 MB and takes half a minute to start. It is looked for beside the Python
that runs this, in PATH, or where OUTRIGGER_PHOENIX says:

    python3 -m venv .venv-phoenix && .venv-phoenix/bin/pip install arize-phoenix
    OUTRIGGER_PHOENIX=.venv-phoenix/bin/phoenix .venv/bin/pytest Tests/PeerTests/test_phoenix.py

OUTRIGGER_SIDECAR names the binary, by default .build/release/outrigger-sidecar. What is shown: 1,000 requests through an edge
and an inbound sidecar at 100 % sampling are 4,000 spans in Phoenix, in 1,000 traces of one line each, nothing dropped.
"""

import datetime
import json
import os
import pathlib
import shutil
import sys
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Mesh"), str(ROOT / "Tests/MeshTests")]

from harness import documents as say  # noqa: E402
from harness.backend import Backend  # noqa: E402
from harness.sidecar import Sidecar  # noqa: E402
from harness.wire import Client, request  # noqa: E402
from rig.certificates import Authority  # noqa: E402
from rig.ports import free_port  # noqa: E402
from rig.processes import Process  # noqa: E402

REQUESTS = 1000


def program():
    beside = pathlib.Path(sys.executable).with_name("phoenix")
    found = os.environ.get("OUTRIGGER_PHOENIX") or (str(beside) if beside.exists() else shutil.which("phoenix"))
    assert found, "phoenix is not there: pip install arize-phoenix, or set OUTRIGGER_PHOENIX"
    return found


class Phoenix:
    def __init__(self, directory):
        self.port = free_port()
        # Its gRPC port listens on every address whatever it is told: only HTTP is used, and only while the test runs.
        environment = {**os.environ, "PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": str(self.port),
                       "PHOENIX_GRPC_PORT": str(free_port()), "PHOENIX_WORKING_DIR": str(directory),
                       "PHOENIX_TELEMETRY_ENABLED": "false"}
        self.process = Process("phoenix", [program(), "serve"], directory / "output", environment=environment)
        self.process.wait_until(self.is_ready, 120, "ready")

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as reply:
            return json.load(reply)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as reply:
                return reply.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def spans(self):
        """All of the default project, page by page."""
        found, cursor = [], ""
        while True:
            try:
                page = self.ask(f"/v1/projects/default/spans?limit=1000{cursor}")
            except urllib.error.HTTPError as refused:  # no project before its first span
                if refused.code == 404:
                    return []
                raise
            found += page["data"]
            if not page.get("next_cursor"):
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def wait_for(self, count, seconds=120):
        deadline = time.monotonic() + seconds
        while len(found := self.spans()) < count and time.monotonic() < deadline:
            time.sleep(1)
        return found


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory):
    made = Phoenix(tmp_path_factory.mktemp("phoenix"))
    yield made
    made.process.stop()


@pytest.fixture
def mesh(phoenix, tmp_path):
    binary = pathlib.Path(os.environ.get("OUTRIGGER_SIDECAR", ROOT / ".build/release/outrigger-sidecar"))
    authority = Authority(tmp_path / "certificates")
    for service in ("edge", "backend"):
        authority.issue_service(service)
    backend, middle, port = Backend(), free_port(), free_port()
    options = ["--collector", f"http://127.0.0.1:{phoenix.port}"]
    inner = Sidecar(binary, tmp_path, [say.service(backend.port), say.inbound(middle, backend.port, authority)],
                    name="inner", options=options).start()
    outer = Sidecar(binary, tmp_path, [
        say.edge(port, tracing={"sample": "100%"}), say.service(middle, tls=say.mesh_tls(authority, "edge", "backend")),
        say.document("Route", "items", {"access": "public", "backends": [{"service": "backend"}],
                                        "matches": [{"path": {"template": "/items/{id}"}}]})],
        name="outer", options=options).start()
    yield port, outer, inner
    outer.stop()
    inner.stop()
    backend.close()


def moment(text):
    return datetime.datetime.fromisoformat(text)


def test_phoenix_shows_one_line_a_trace(phoenix, mesh):
    port, outer, inner = mesh
    with Client(port) as client:
        for number in range(REQUESTS):
            assert client.ask(request(target=f"/items/{number}")).status == 200
    spans = phoenix.wait_for(4 * REQUESTS)
    assert len(spans) == 4 * REQUESTS
    traces = {}
    for span in spans:
        traces.setdefault(span["context"]["trace_id"], {})[span.get("parent_id")] = span
    assert len(traces) == REQUESTS
    for children in traces.values():
        line, parent = [], None
        while parent in children:
            line.append(children[parent])
            parent = line[-1]["context"]["span_id"]
        assert [span["name"] for span in line] == ["GET /items/{id}"] * 2 + ["GET"] * 2, "one line, no orphan"
        for outside, inside in zip(line, line[1:]):
            assert moment(outside["start_time"]) <= moment(inside["start_time"])
            assert moment(inside["end_time"]) <= moment(outside["end_time"])
        assert line[0]["attributes"]["http.route"] == "/items/{id}"
        assert line[2]["attributes"]["outrigger.peer"] == "spiffe://mesh.test/service/edge"
    for sidecar in (outer, inner):
        assert sidecar.total("outrigger_dropped_total", what="span") == 0
        assert sidecar.total("outrigger_spans_exported_total") == 2 * REQUESTS
