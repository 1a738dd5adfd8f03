"""What is counted, not timed: memory, system calls, size."""

import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time

from rig.processes import Failed, Process

from .load import CONNECTIONS, Invalid, parse_wrk
from .targets import LOAD_CORE

IDLE_CONNECTIONS = 5000
# Handshakes of Python's take a millisecond each.
IDLE_TLS_CONNECTIONS = 1000


def usage(pids):
    """{Rss, Pss, Anonymous} in bytes, summed over the processes. Source: proc_pid_smaps_rollup."""
    total = dict.fromkeys(("Rss", "Pss", "Anonymous"), 0)
    for pid in pids:
        text = open(f"/proc/{pid}/smaps_rollup").read()
        for field in total:
            total[field] += 1024 * int(re.search(rf"^{field}:\s+(\d+) kB", text, re.M).group(1))
    return total


def idle(target):
    time.sleep(1)
    return usage(target.pids())


def idle_connections(target):
    """(PSS, anonymous memory) in bytes for each of 5,000 connections that served one request and now stand idle."""
    return _idle(target, IDLE_CONNECTIONS, lambda: socket.create_connection(("127.0.0.1", target.port)))


def idle_tls_connections(target):
    """The same for 1,000 connections with mutual TLS 1.3."""
    authority = target.bench.authority
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.load_verify_locations(authority.certificate)
    context.load_cert_chain(authority.path("edge.pem"), authority.path("edge.key"))
    return _idle(target, IDLE_TLS_CONNECTIONS, lambda: context.wrap_socket(
        socket.create_connection(("127.0.0.1", target.tls_port))))


def _idle(target, count, connect):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 100:
        raise Failed(f"{count} connections need an open-file limit above it; the hard limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    clients = []
    try:
        for _ in range(50):  # what the first connections cost for good is no cost of those behind them
            clients.append(connect())
            _visit(target, clients[-1])
        before = usage(target.pids())
        for _ in range(count):
            clients.append(connect())
            _visit(target, clients[-1])
        time.sleep(1)
        after = usage(target.pids())
    finally:
        for client in clients:
            client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return tuple((after[field] - before[field]) / count for field in ("Pss", "Anonymous"))


def _visit(target, client):
    client.sendall(b"GET / HTTP/1.1\r\nHost: bench.test\r\n\r\n")
    answer = b""
    while len(answer) < 1024 or b"\r\n\r\n" not in answer:
        piece = client.recv(65536)
        if not piece:
            raise Invalid(f"{target.name} closed a connection that should have stayed open")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200"):
        raise Invalid(f"{target.name} answered {answer[:40]!r}")


def system_calls(target, seconds=2):
    """(calls a request, [(name, calls a request), …]) on plaintext with 64 connections, counted by strace."""
    report = target.directory / "strace"
    pids = [part for pid in target.pids() for part in ("-p", str(pid))]
    load = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "--timeout", "10s"]
    url = f"http://127.0.0.1:{target.port}/"
    subprocess.run([*load, "-d1s", url], capture_output=True)
    trace = Process("strace", ["strace", "-c", "-f", "-o", report, *pids], target.directory / "strace.log")
    trace.wait_until(lambda: _is_traced(target.process.pid), 5, "attached")
    done = subprocess.run([*load, f"-d{seconds}s", url], capture_output=True, text=True)
    os.kill(trace.pid, signal.SIGINT)
    trace.process.wait(10)
    requests = parse_wrk(done.stdout, target.name)[0]
    calls = {}
    for line in report.read_text().splitlines():
        field = line.split()
        if len(field) >= 5 and re.fullmatch(r"[\d.]+", field[0]) and field[3].isdigit():
            calls[field[-1]] = int(field[3])
    if "total" not in calls:
        raise Failed(f"strace reported nothing: {trace.tail(3)}")
    total = calls.pop("total")
    most = sorted(calls.items(), key=lambda item: -item[1])[:6]
    return total / requests, [(name, count / requests) for name, count in most]


def _is_traced(pid):
    return all(
        "TracerPid:\t0" not in open(f"/proc/{pid}/task/{task}/status").read()
        for task in os.listdir(f"/proc/{pid}/task"))


def stripped_bytes(program, directory):
    copy = directory / "stripped"
    shutil.copyfile(program, copy)
    done = subprocess.run(["strip", str(copy)], capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"strip failed: {done.stderr}")
    return copy.stat().st_size
