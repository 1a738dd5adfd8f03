"""Several workers: connections spread over them, whoever accepted them."""

import json
import re
import subprocess

import pytest

from harness import documents as say
from rig.ports import free_port
from test_reload import FastBackend


@pytest.mark.parametrize("workers", [4])
def test_load_is_even_over_workers(start, scratch, workers):
    backend, port = FastBackend(start.directory), free_port()
    start.cleanup.add(backend, backend.stop)
    sidecar = start.sidecar([say.edge(port), say.service(backend.port), say.route()], workers=workers)
    report = subprocess.run(["wrk", "-t1", "-c64", "-d5s", f"http://127.0.0.1:{port}/"], capture_output=True,
                            text=True).stdout
    assert "Non-2xx" not in report and "Socket errors" not in report, report
    each = requests_of(sidecar)
    assert len(each) == workers
    assert max(each) / min(each) <= 1.5, each
    assert sum(each) >= int(re.search(r"(\d+) requests in", report).group(1))


def requests_of(sidecar):
    """Requests that each worker sent on, by /clusters."""
    clusters = json.loads(sidecar.ask("/clusters")[1])
    return [sum(endpoint["requests"] for endpoint in worker["endpoints"]) for worker in clusters["workers"]]
