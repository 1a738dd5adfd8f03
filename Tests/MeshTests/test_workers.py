"""Several workers: connections spread over them, whoever accepted them."""

import json
import re
import signal
import subprocess

import pytest

from harness import documents as say
from rig.ports import free_port
from test_reload import FastBackend, revision, shown


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


def test_workers_reload_and_report_while_they_answer(start):
    """Whatever the threads say to each other, all at once: what ThreadSanitizer watches (Mesh/checks/sanitize)."""
    backend, port = FastBackend(start.directory), free_port()
    start.cleanup.add(backend, backend.stop)
    sidecar = start.sidecar(revision(port, 0, backend), workers=4)
    load = subprocess.Popen(["wrk", "-t1", "-c64", "-d120s", f"http://127.0.0.1:{port}/"], stdout=subprocess.PIPE,
                            text=True)
    start.cleanup.add(load, lambda: (load.kill() if load.poll() is None else None, load.wait()))
    for number in range(1, 41):
        sidecar.write(revision(port, number, backend))
        sidecar.reload()
        sidecar.ask("/clusters")
        sidecar.wait(lambda: all(shown(port) == str(number) for _ in range(8)), f"revision {number} is seen", 10)
        assert len(requests_of(sidecar)) == 4 and sidecar.total("outrigger_requests_total") > 0
    # It then says what it has seen so far.
    load.send_signal(signal.SIGINT)
    report = load.communicate(timeout=30)[0]
    assert "Non-2xx" not in report and "Socket errors" not in report, report
    assert min(requests_of(sidecar)) > 0
    assert sum(requests_of(sidecar)) >= int(re.search(r"(\d+) requests in", report).group(1))


def requests_of(sidecar):
    """Requests that each worker sent on, by /clusters."""
    clusters = json.loads(sidecar.ask("/clusters")[1])
    return [sum(endpoint["requests"] for endpoint in worker["endpoints"]) for worker in clusters["workers"]]
