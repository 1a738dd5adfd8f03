"""Fixtures of the end-to-end tests. A missing program is a failure, never a skip."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Mesh"), str(pathlib.Path(__file__).resolve().parent)]

from harness import documents as say  # noqa: E402
from harness.backend import Backend  # noqa: E402
from harness.sidecar import Sidecar  # noqa: E402
from rig.certificates import Authority  # noqa: E402
from rig.ports import free_port  # noqa: E402


@pytest.fixture(scope="session")
def binary():
    path = pathlib.Path(os.environ.get("OUTRIGGER_SIDECAR", ROOT / ".build/release/outrigger-sidecar"))
    assert os.access(path, os.X_OK), f"{path} is not there: run Mesh/test, or set OUTRIGGER_SIDECAR"
    return path


@pytest.fixture(scope="session")
def samples():
    """The platforms' sample payloads."""
    path = pathlib.Path(os.environ.get("OUTRIGGER_SAMPLES", ROOT.parent / "shared/samples"))
    assert path.is_dir(), f"the sample payloads are not in {path}: set OUTRIGGER_SAMPLES"
    return path


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """Every log of the session ends up below this directory; the canary test reads it all."""
    return tmp_path_factory.mktemp("mesh")


@pytest.fixture(scope="session")
def authority(scratch):
    made = Authority(scratch / "certificates")
    for service in ("edge", "backend", "other"):
        made.issue_service(service)
    return made


class Cleanup:
    def __init__(self):
        self.steps = []

    def add(self, thing, stop):
        self.steps.append(stop)
        return thing

    def run(self):
        problems = []
        for stop in reversed(self.steps):
            try:
                stop()
            except AssertionError as problem:  # a sidecar that died: told after everything is stopped
                problems.append(problem)
        if problems:
            raise problems[0]


def _factories(binary, directory):
    cleanup = Cleanup()
    numbers = iter(range(1000))

    def sidecar(documents, name=None, **more):
        made = Sidecar(binary, directory, documents, name=name or f"sidecar-{next(numbers)}", **more)
        cleanup.add(made, made.stop)
        return made.start()

    def backend(*arguments, **more):
        made = Backend(*arguments, **more)
        return cleanup.add(made, made.close)

    return sidecar, backend, cleanup


@pytest.fixture
def start(binary, scratch, request):
    """start.sidecar(documents), start.backend(behaviour): stopped when the test ends, checked not to have crashed."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[:80]
    yield from _start(binary, scratch / f"{request.node.path.stem}.{name}")


@pytest.fixture(scope="module")
def start_once(binary, scratch, request):
    """The same for a whole file of tests."""
    yield from _start(binary, scratch / request.node.path.stem)


def _start(binary, directory):
    class Starter:
        pass

    starter = Starter()
    starter.sidecar, starter.backend, cleanup = _factories(binary, directory)
    starter.cleanup = cleanup
    starter.directory = directory
    yield starter
    cleanup.run()


@pytest.fixture
def pair(start):
    """pair(behaviour, …): an edge before one recording backend, everything routed; returns (sidecar, port, backend)."""
    def make(on_request=None, on_head=None, listener=(), service=(), route=(), extra=(), workers=1):
        backend = start.backend(on_request, on_head)
        port = free_port()
        documents = [say.edge(port, **dict(listener)), say.service(backend.port, **dict(service)),
                     say.route(**dict(route)), *extra]
        return start.sidecar(documents, workers=workers), port, backend
    return make


def pytest_collection_modifyitems(items):
    # The canaries look through what every other test left behind.
    items.sort(key=lambda item: item.path.stem == "test_canaries")
