"""A crash says what it was and what was being served, says nothing that a peer sent, and ends as it would have."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from harness import documents as say
from harness.wire import Client, request
from rig.ports import free_port
from rig.processes import Process

OPEN = "crash-open"
MARKER = "cnrycrash"
SIGNALS = [signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP, signal.SIGFPE, signal.SIGABRT]
FAULTS = pathlib.Path(__file__).parent / "harness/faults.c"
RING = 64


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    library = tmp_path_factory.mktemp("faults") / "faults.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, FAULTS], check=True)
    return library


@pytest.fixture
def served(start):
    """served(environment, workers): (sidecar, port), with every configured name an open marker."""
    def make(environment=None, workers=2):
        backend, port = start.backend(), free_port()
        sidecar = start.sidecar([say.edge(port), say.service(backend.port, name=OPEN), say.tenant(OPEN),
                                 say.route(to=OPEN, name=OPEN)], workers=workers)
        if environment:
            sidecar.process.stop()
            sidecar.process = Process(sidecar.name, sidecar.command(), sidecar.directory / "output",
                                      environment={**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment})
            sidecar.process.wait_until(sidecar.is_ready, 10, "ready")
        return sidecar, port
    return make


def marked(number):
    return request("POST", f"/{MARKER}path?{MARKER}query={number}", [("X-Note", f"{MARKER}field")], f"{MARKER}body".encode(),
                   host=f"{MARKER}host.example.test")


def ask(port, count):
    with Client(port) as client:
        for number in range(count):
            client.ask(marked(number))


class Load:
    """Asks without pause until nobody answers."""

    def __init__(self, port, clients=4):
        self.answered = 0
        self.threads = [threading.Thread(target=self._run, args=(port,)) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def _run(self, port):
        try:
            with Client(port) as client:
                while True:
                    client.ask(marked(self.answered))
                    self.answered += 1
        except Exception:  # the process is gone
            pass

    def join(self):
        for thread in self.threads:
            thread.join()


def end(sidecar, seconds=8):
    """(status, report, output) of a process that crashes."""
    status = sidecar.process.process.wait(seconds)
    output, sidecar.process = sidecar.output(), None
    assert MARKER not in output
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return status, [line for line in lines if line["event"].startswith("process.")], output


def events(report, name):
    return [line for line in report if line["event"] == f"process.{name}"]


@pytest.mark.parametrize("number", SIGNALS, ids=[number.name for number in SIGNALS])
def test_a_crash_under_load_is_reported(served, number):
    sidecar, port = served()
    load = Load(port)
    sidecar.wait(lambda: load.answered > 4 * RING, "load")
    os.kill(sidecar.process.pid, number)
    status, report, _ = end(sidecar)
    load.join()
    assert status == -number
    crashed, requests = events(report, "crashed"), events(report, "last_request")
    assert len(crashed) == 1 and crashed[0]["signal"] == number.name and crashed[0]["cause"] == "sent"
    assert crashed[0]["level"] == "error" and crashed[0]["version"] and crashed[0]["thread"]
    # One that was being written is left out.
    assert RING < len(requests) <= 2 * RING and {line["worker"] for line in requests} == {0, 1}
    for line in requests:
        assert line["direction"] == "edge" and line["status"] == 200 and "reason" not in line
        assert line["route"] == line["service"] == OPEN
        assert 0 <= line["totalMicroseconds"] < 10_000_000
        assert set(line) <= {"time", "level", "subsystem", "event", "worker", "direction", "status", "reason",
                             "totalMicroseconds", "route", "service", "tenant"}
    begun = time.strftime("%Y-%m-%dT", time.gmtime())
    assert requests[0]["time"].startswith(begun) or requests[-1]["time"].startswith(begun)


def test_reasons_are_reported_in_order(served):
    sidecar, port = served(workers=1)
    ask(port, 70)
    with Client(port) as client:
        client.send(f"{MARKER} nonsense\r\n\r\n".encode())
        assert client.answer().status == 400
    os.kill(sidecar.process.pid, signal.SIGSEGV)
    _, report, _ = end(sidecar)
    requests = events(report, "last_request")
    assert len(requests) == RING
    assert [line["status"] for line in requests] == [200] * (RING - 1) + [400]
    assert requests[-1]["reason"] == "request.path_refused"


@pytest.mark.parametrize("backtrace", [None, "found"])
def test_a_workers_fault_is_reported(served, faults, backtrace):
    """A real fault, on a worker, beside Swift's own crash handler and without it."""
    environment = {"LD_PRELOAD": str(faults), "OUTRIGGER_FAULT": "worker-fault"}
    if backtrace:
        swift = shutil.which("swift")
        assert swift, "the Swift toolchain is not in PATH"
        program = pathlib.Path(os.path.realpath(swift)).parent.parent / "libexec/swift/linux/swift-backtrace-static"
        environment["SWIFT_BACKTRACE"] = f"enable=yes,interactive=no,color=no,swift-backtrace={program}"
    sidecar, port = served(environment)
    socket.create_connection(("127.0.0.1", port)).close()
    status, report, output = end(sidecar, 60)
    assert status == -signal.SIGSEGV
    assert events(report, "crashed")[0]["cause"] == "fault"
    assert events(report, "crashed")[0]["thread"].startswith("or-worker-")
    assert ("*** Program crashed" in output) == bool(backtrace)


def test_a_sent_signal_ends_it_beside_a_backtrace(served):
    sidecar, _ = served({"SWIFT_BACKTRACE": "enable=yes,interactive=no"})
    os.kill(sidecar.process.pid, signal.SIGABRT)
    status, report, _ = end(sidecar, 60)
    assert status == -signal.SIGABRT and len(events(report, "crashed")) == 1


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_a_crash_inside_the_report_ends_as_the_first_would(served, faults, number):
    sidecar, port = served({"LD_PRELOAD": str(faults), "OUTRIGGER_FAULT": "report-fault"})
    ask(port, 5)
    os.kill(sidecar.process.pid, number)
    status, report, _ = end(sidecar)
    assert status == -number
    assert len(events(report, "crashed")) == 1 and not events(report, "last_request")
    if number != signal.SIGSEGV:
        # A fault that meets itself is ended by the kernel, without words.
        assert events(report, "crash_report_failed")[0]["signal"] == number.name


def test_output_that_nobody_reads_does_not_keep_a_crashed_process(binary, start, served):
    sidecar, port = served()
    sidecar.process.stop()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    process = subprocess.Popen([str(part) for part in sidecar.command()], stderr=writer)
    try:
        sidecar.process = type("Running", (), {"alive": lambda self: process.poll() is None, "pid": process.pid,
                                               "stop": lambda self: process.wait(5)})()
        sidecar.wait(sidecar.is_ready, "ready")
        ask(port, 5)
        began = time.monotonic()
        process.send_signal(signal.SIGSEGV)
        assert process.wait(10) == -signal.SIGSEGV
        assert time.monotonic() - began < 5
    finally:
        sidecar.process = None
        process.kill()
        process.wait()
        os.close(reader)
        os.close(writer)
