"""Running load and reading what it cost: CPU time from the kernel's scheduler, in nanoseconds."""

import dataclasses
import json
import os
import re
import subprocess

from rig.processes import Failed, Process

from .targets import LOAD_CORE, PEERS

CONNECTIONS = 64


@dataclasses.dataclass
class Round:
    requests: int
    cpu_us: float        # CPU time of the whole proxy, each request
    user_us: float       # the part of it outside the kernel, by the coarse tick clock
    per_second: float
    p50_us: float
    p99_us: float


@dataclasses.dataclass
class Pace:
    per_second: float
    p50_us: float
    p99_us: float
    p999_us: float
    cpu_us: float


class Invalid(Failed):
    """A round with errors proves nothing, however fast it was."""


def cpu_ns(pids):
    """Run time of all threads. Source: Documentation/scheduler/sched-stats.rst, /proc/PID/task/TID/schedstat."""
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            total += int(open(f"/proc/{pid}/task/{task}/schedstat").read().split()[0])
    return total


def ticks(pids):
    """(user, system) clock ticks of the processes."""
    user = system = 0
    for pid in pids:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        user, system = user + int(fields[11]), system + int(fields[12])
    return user, system


class Meter:
    """What a target used between its making and `stop`."""

    def __init__(self, target):
        self.pids = target.pids()
        self.ticks, self.cpu = ticks(self.pids), cpu_ns(self.pids)

    def stop(self):
        cpu, (user, system) = cpu_ns(self.pids) - self.cpu, ticks(self.pids)
        user, system = user - self.ticks[0], system - self.ticks[1]
        return cpu, user / (user + system) if user + system else 0.0


def _round(cpu, user_share, requests, per_second, p50, p99, target):
    if not requests:
        raise Invalid(f"{target.name}: no request was answered")
    each = cpu / 1000 / requests
    return Round(requests, each, each * user_share, per_second, p50, p99)


def _microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1000, "s": 1_000_000}[unit]


def parse_wrk(text, name):
    """(requests, requests per second, p50, p99) of wrk's report; refuses one with errors in it."""
    for bad in (r"Socket errors:.*", r"Non-2xx or 3xx responses:.*"):
        if found := re.search(bad, text):
            raise Invalid(f"{name}: the round is invalid: {found.group(0)}")
    requests = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if not requests or not rate:
        raise Invalid(f"{name}: wrk reported nothing:\n{text}")
    shares = dict(re.findall(r"^\s+(50|99)%\s+(\S+)$", text, re.M))
    return int(requests.group(1)), float(rate.group(1)), *(_microseconds(shares[s]) for s in ("50", "99"))


def wrk(target, seconds, path="/", script=None):
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency",
               "--timeout", "10s"]
    if script:
        command += ["-s", str(PEERS / script)]
    meter = Meter(target)
    done = subprocess.run([*command, f"http://127.0.0.1:{target.port}{path}"], capture_output=True, text=True)
    cpu, user_share = meter.stop()
    if done.returncode:
        raise Invalid(f"{target.name}: wrk failed: {done.stdout}{done.stderr}")
    requests, rate, p50, p99 = parse_wrk(done.stdout, target.name)
    return _round(cpu, user_share, requests, rate, p50, p99, target)


def tlsload(target, seconds, path="/"):
    authority = target.bench.authority
    load = Process(
        "tlsload",
        [target.bench.directory / "tlsload", "127.0.0.1", target.tls_port, CONNECTIONS, seconds, path,
         authority.path("edge.pem"), authority.path("edge.key"), authority.certificate],
        target.bench.directory / "tlsload.log", cores=LOAD_CORE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if load.process.stdout.readline() != "ready\n":
            raise Invalid(f"{target.name}: mutual TLS failed: {load.tail(4)}")
        meter = Meter(target)
        load.process.stdin.write("\n")
        load.process.stdin.flush()
        report = load.process.stdout.readline()
        cpu, user_share = meter.stop()
    finally:
        load.stop()
    if not report:
        raise Invalid(f"{target.name}: the load generator died: {load.tail(4)}")
    result = json.loads(report)
    if result["errors"]:
        raise Invalid(f"{target.name}: the round is invalid: {result['errors']} of {CONNECTIONS} connections failed")
    return _round(cpu, user_share, result["requests"], result["requests"] / result["seconds"], result["p50_us"],
                  result["p99_us"], target)


def paced(target, seconds, rate, path="/"):
    """Requests at a fixed rate, each timed from when it was due."""
    meter = Meter(target)
    done = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), str(target.bench.directory / "paced"), "127.0.0.1", str(target.port),
         str(CONNECTIONS), str(rate), str(seconds), path], capture_output=True, text=True)
    cpu, _ = meter.stop()
    if done.returncode:
        raise Invalid(f"{target.name}: paced failed: {done.stderr}")
    result = json.loads(done.stdout)
    if result["errors"]:
        raise Invalid(f"{target.name}: the round is invalid: {result['errors']} requests failed")
    return Pace(result["per_second"], result["p50_us"], result["p99_us"], result["p999_us"],
                cpu / 1000 / result["requests"])
