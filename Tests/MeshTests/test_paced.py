"""The open-loop load generator that Mesh/bench's latencies come from: it must charge a stall to all whom it delayed."""

import json
import pathlib
import subprocess
import threading
import time

import pytest

from harness.backend import answer, closing_idle

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "Mesh/peers/paced.c"


@pytest.fixture(scope="module")
def paced(tmp_path_factory):
    program = tmp_path_factory.mktemp("paced") / "paced"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", SOURCE, "-o", program], check=True)

    def run(port, connections, rate, seconds):
        done = subprocess.run([program, "127.0.0.1", str(port), str(connections), str(rate), str(seconds), "/"],
                              capture_output=True, text=True, timeout=seconds + 20, check=True)
        return json.loads(done.stdout)
    return run


def test_a_stall_is_charged_to_every_request_that_it_delayed(start, paced):
    """Half a second in which nothing is answered, in four: an eighth of all requests were due in it."""
    one, stalled, began = threading.Lock(), threading.Event(), time.monotonic()

    def stalling(connection, _):
        with one:
            if time.monotonic() - began > 1 and not stalled.is_set():
                stalled.set()
                time.sleep(0.5)
        connection.send(answer())

    # A generator that waits for answers would have delayed 4 requests of 800: its p99 would not show them.
    told = paced(start.backend(stalling).port, connections=4, rate=200, seconds=4)
    assert (told["requests"], told["errors"]) == (800, 0)
    assert told["p50_us"] < 100_000
    assert 350_000 < told["p99_us"] < 1_000_000


def test_requests_that_are_not_answered_are_errors(start, paced):
    told = paced(start.backend(closing_idle).port, connections=4, rate=50, seconds=1)
    assert told["errors"] > 0 and told["requests"] + told["errors"] == 50
