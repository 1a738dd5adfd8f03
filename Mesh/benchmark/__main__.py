"""The command line of Mesh/bench, and the order of the work."""

import argparse
import pathlib
import shutil
import subprocess
import sys

from rig.certificates import Authority
from rig.ports import free_port, is_listening
from rig.processes import Failed, Process, stop_on_signals

from . import features, gates, handshakes, memory
from .load import paced, tlsload, wrk
from .rounds import Ratio, interleave, median
from .targets import KINDS, LOAD_CORE, PEERS, Bench

CPU_WORKS = {
    "h1": ("HTTP/1.1, 64 keep-alive connections, 1 KiB", 1, lambda t, s: wrk(t, s)),
    "mtls": ("mutual TLS 1.3 inbound, 64 connections, 1 KiB", 1, lambda t, s: tlsload(t, s)),
    "body64": ("HTTP/1.1, 64 connections, 64 KiB", 1, lambda t, s: wrk(t, s, "/64k")),
    "routes": ("1,000 routes hit at random, 1 KiB", 1000, lambda t, s: wrk(t, s, "/", "routes.lua")),
}
# Works whose floor is measured too: what stays when a proxy does nothing but pass bytes on.
FLOORED_WORKS = ("h1", "mtls")
# Requests a second, due whether or not earlier ones were answered: a third and most of what a slow proxy's core gives.
PACES = (10_000, 25_000)
SECTIONS = ("features", "paced", "handshakes")
COUNTED_WORKS = ("idle", "connections", "tls-connections", "size", "calls")
WORKS = (*CPU_WORKS, *SECTIONS, *COUNTED_WORKS)


def arguments():
    parser = argparse.ArgumentParser(prog="Mesh/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="HTTP/1.1 against HAProxy only, within 90 s")
    parser.add_argument("--only", action="append", choices=WORKS, metavar="NAME",
                        help="one work, may be given again: " + ", ".join(WORKS))
    parser.add_argument("--against", action="append", choices=["haproxy", "nginx", "envoy"], metavar="PEER",
                        help="these peers only")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each target (default 9)")
    parser.add_argument("--seconds", type=int, default=2, help="length of a round (default 2)")
    parser.add_argument("--sidecar", default=".build/release/outrigger-sidecar", help="the program to measure")
    parser.add_argument("--envoy", help=argparse.SUPPRESS)
    parser.add_argument("--subject", choices=list(KINDS), default="outrigger",
                        help="measure this in Outrigger's place: a peer against itself must give a ratio of 1")
    return parser.parse_args()


def prepare(options):
    """Builds the load programs, makes certificates, starts the backend."""
    directory = pathlib.Path(".build/mesh/bench").resolve()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    openssl = ["-lssl", "-lcrypto"]
    for name, libraries in (("backend", []), ("paced", []), ("tlsload", openssl), ("relay", openssl)):
        done = subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", PEERS / f"{name}.c", "-o",
                               directory / name, *libraries], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"gcc could not build {name}.c:\n{done.stderr}")
    authority = Authority(directory / "certificates")
    for service in ("backend", "edge"):
        authority.issue_service(service, days=2)
    port = free_port()
    backend = Process("backend", [directory / "backend", port], directory / "backend.log", cores=LOAD_CORE)
    backend.wait_until(lambda: is_listening(port), 5, "listening")
    return Bench(directory, authority, port, pathlib.Path(options.sidecar).resolve(), options.envoy)


def subject(options, bench, **more):
    # The subject has its own name, so that a peer may be measured against a second copy of itself.
    name = None if options.subject == "outrigger" else f"subject-{options.subject}"
    return KINDS[options.subject](bench, name=name, **more)


def compare(options, bench, names, rows):
    """The timed works: targets that can share one configuration stay up over them."""
    for count in (1, 1000):
        works = [name for name in names if CPU_WORKS[name][1] == count]
        if not works:
            continue
        ours = subject(options, bench, routes=count, label=f"-{count}")
        targets = [ours, *(KINDS[peer](bench, routes=count, label=f"-{count}") for peer in options.against)]
        floor = KINDS["relay"](bench, label="-floor")
        floored = not options.quick and any(work in FLOORED_WORKS for work in works)
        for target in [*targets, *([floor] if floored else [])]:
            target.start()
        for work in works:
            title, _, run = CPU_WORKS[work]
            print(f"\n{work}: {title}", flush=True)
            has_floor = floored and work in FLOORED_WORKS
            measured = [*targets, *([floor] if has_floor else [])]
            results = interleave(measured, options.rounds, lambda t, s=options.seconds, run=run: run(t, s))
            print(f"  {'target':18}{'CPU us/req':>11}{'user us':>9}{'req/s':>10}{'p50 us':>8}{'p99 us':>8}")
            for name, rounds in results.items():
                each = [median(rounds, field) for field in ("cpu_us", "user_us", "per_second", "p50_us", "p99_us")]
                print("  {:18}{:11.2f}{:9.2f}{:10.0f}{:8.0f}{:8.0f}".format(name, *each))
            for peer in options.against:
                rows.append(gates.ratio(
                    work, peer, Ratio(results[ours.name], results[peer]), median(results[ours.name], "cpu_us"),
                    median(results[peer], "cpu_us"), median(results[ours.name], "user_us")))
            if has_floor:
                over = {name: median(rounds, "cpu_us") for name, rounds in results.items()}
                rows.append(gates.over_floor(
                    work, Ratio(results[ours.name], results[floor.name]), over.pop(floor.name), over))
        for target in [*targets, floor]:
            target.stop()


def pace(options, bench, rows):
    """Latency at fixed rates, timed from when each request was due."""
    targets = [subject(options, bench, label="-paced"),
               *(KINDS[peer](bench, label="-paced") for peer in options.against)]
    for target in targets:
        target.start()
    for rate in PACES:
        print(f"\npaced: HTTP/1.1, 1 KiB, {rate:,} requests a second, open loop", flush=True)
        results = interleave(targets, options.rounds, lambda t, s=options.seconds, rate=rate: paced(t, s, rate))
        print(f"  {'target':18}{'p50 us':>9}{'p99 us':>9}{'p99.9 us':>10}{'req/s':>9}{'CPU us/req':>12}")
        for name, rounds in results.items():
            each = {field: median(rounds, field) for field in ("p50_us", "p99_us", "p999_us", "per_second", "cpu_us")}
            print("  {:18}{:9.0f}{:9.0f}{:10.0f}{:9.0f}{:12.2f}".format(name, *each.values()))
            rows.append(gates.paced(rate, name, each))
    for target in targets:
        target.stop()


def count(options, bench, names, rows):
    """What is counted on our program alone."""
    if "size" in names and options.subject == "outrigger":
        size = memory.stripped_bytes(bench.sidecar, bench.directory)
        rows.append(gates.counted("binary, stripped", size / 1e6, gates.BINARY_MB, "MB"))
    if "idle" in names:
        target = subject(options, bench, routes=100, label="-idle").start()
        used = memory.idle(target)
        rows.append(gates.counted(
            "idle memory, 100 routes", used["Pss"] / 1e6, gates.IDLE_MB, "MB",
            note=f"PSS; RSS {used['Rss'] / 1e6:.1f} MB with shared libraries, {used['Anonymous'] / 1e6:.1f} MB anonymous"))
        target.stop()
    if "connections" in names:
        target = subject(options, bench, label="-connections").start()
        pss, anonymous = memory.idle_connections(target)
        rows.append(gates.counted("idle keep-alive connection", pss, gates.IDLE_CONNECTION_BYTES, "B", 0,
                                  f"of {memory.IDLE_CONNECTIONS:,}, by PSS; by anonymous memory {anonymous:.0f} B"))
        target.stop()
    if "tls-connections" in names:
        for kind in ("outrigger", *(peer for peer in options.against if peer != "envoy")):
            ours = kind == "outrigger"
            target = (subject(options, bench, label="-tls") if ours else KINDS[kind](bench, label="-tls")).start()
            pss, anonymous = memory.idle_tls_connections(target)
            rows.append(gates.seen(
                f"idle mutual-TLS connection, {target.name}", pss, "B",
                f"of {memory.IDLE_TLS_CONNECTIONS:,}, by PSS; by anonymous memory {anonymous:.0f} B"))
            target.stop()
    if "calls" in names:
        target = subject(options, bench, label="-calls").start()
        each, most = memory.system_calls(target)
        note = ", ".join(f"{name} {value:.2f}" for name, value in most)
        rows.append(gates.counted("system calls a request", each, gates.CALLS, "calls", 2, note))
        target.stop()


def main():
    options = arguments()
    stop_on_signals()
    works = options.only or WORKS
    options.against = options.against or ["haproxy", "nginx", "envoy"]
    if options.quick:
        works, options.against = ["h1"], ["haproxy"]
    bench, rows = prepare(options), []
    compare(options, bench, [name for name in CPU_WORKS if name in works], rows)
    if "features" in works and options.subject == "outrigger":
        features.compare(options, bench, rows)
    if "paced" in works:
        pace(options, bench, rows)
    if "handshakes" in works and options.subject == "outrigger":
        handshakes.compare(options, bench, [KINDS[peer] for peer in options.against], rows)
    count(options, bench, [name for name in COUNTED_WORKS if name in works], rows)
    print("\n" + gates.table(rows))
    status = gates.exit_status(rows)
    print({0: "\nEvery gate holds.", gates.EXIT_FAILED: "\nA gate does not hold.",
           gates.EXIT_NOISY: "\nNoisy: neither pass nor fail. Run it again on a quieter machine."}[status])
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        print(f"Mesh/bench: {failure}", file=sys.stderr)
        sys.exit(1)
