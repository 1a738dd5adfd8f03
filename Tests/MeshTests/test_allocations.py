"""A request served allocates nothing: counted by a preloaded library, which first has to find what was planted."""

import os
import pathlib
import struct
import subprocess

import pytest

from harness import documents as say
from harness.wire import Client, request
from rig.ports import free_port
from rig.processes import Process

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "Benchmarks/Allocations"
KINDS = 5  # malloc, realloc, calloc, posix_memalign, aligned_alloc
FEW, MANY = 1_000, 11_000
MOST_A_REQUEST = 0.001


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    directory = tmp_path_factory.mktemp("allocations")
    library = directory / "allocations.so"
    subprocess.run(["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCES / "allocations.c"],
                   check=True)
    return library


def preloaded(counter, count):
    return {**os.environ, "LD_PRELOAD": str(counter), "OUTRIGGER_ALLOCATIONS": str(count), "SWIFT_BACKTRACE": "enable=no"}


def read(path):
    return struct.unpack("<Q", path.read_bytes())[0]


def test_planted_allocations_are_counted(counter, tmp_path):
    program, path = tmp_path / "planted", tmp_path / "count"
    subprocess.run(["cc", "-O1", "-fno-builtin", "-o", program, SOURCES / "planted.c"], check=True)

    def counted(rounds):
        subprocess.run([program, str(rounds)], env=preloaded(counter, path), check=True)
        return read(path)
    assert counted(101) - counted(1) == 100 * KINDS


@pytest.mark.parametrize("body", [0, 1024], ids=["GET", "POST of 1 KiB"])
def test_requests_allocate_nothing(counter, binary, start, tmp_path, body):
    backend, port, path = start.backend(), free_port(), tmp_path / "count"
    sidecar = start.sidecar([say.edge(port), say.service(backend.port), say.route()])
    sidecar.process.stop()
    # As it comes: no access log, one worker.
    documents = [say.edge(port), say.service(backend.port), say.route()]
    say.write(sidecar.configuration, documents)
    sidecar.process = Process("counted", sidecar.command(), sidecar.directory / "counted",
                              environment=preloaded(counter, path))
    sidecar.process.wait_until(sidecar.is_ready, 10, "ready")
    asked = request() if body == 0 else request("POST", body=b"x" * body)
    counts = {}
    with Client(port) as client:
        for number in range(1, MANY + 1):
            client.send(asked)
            assert client.answer().status == 200
            if number in (FEW, MANY):
                counts[number] = read(path)
    assert counts[FEW] > 0, "nothing was counted at all"
    each = (counts[MANY] - counts[FEW]) / (MANY - FEW)
    assert each <= MOST_A_REQUEST, f"{each} allocations a request"
