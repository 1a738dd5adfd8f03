"""What a handshake costs each proxy: CPU time of whole ones and of resumed ones, and latency beside a flood of them."""

import json
import subprocess

from rig.processes import Process

from . import gates
from .load import Invalid, Meter
from .targets import LOAD_CORE, PEERS, Envoy, HAProxy, Nginx, Outrigger

#: Handshakes measured in one round of one kind.
COUNT = 1000
FLOOD, REQUESTS, FLOOD_CONNECTIONS = 1000, 500, 50


class EdgeOutrigger(Outrigger):
    """Its listener with mutual TLS as an edge's: inside the mesh no tickets are given."""

    def configuration(self):
        lines = super().configuration().split("\n")
        start = lines.index("  role: inbound")
        assert lines[start + 2].startswith("  service:") and lines[start + 3].startswith("  application:")
        return "\n".join([*lines[:start], "  role: edge", lines[start + 1], *lines[start + 4:]])


class PublicOutrigger(EdgeOutrigger):
    """The same without client certificates, as the public sees an edge."""

    name = "outrigger, public TLS"

    def configuration(self):
        lines = super().configuration().split("\n")
        return "\n".join(line for line in lines if "clientCertificate" not in line)


# The peers refuse tickets in the other works, which are about established connections. Here they give and take them as
# they do by default.
GIVES_TICKETS = {
    HAProxy: [(" no-tls-tickets", "")],
    Nginx: [("ssl_session_tickets off;", "ssl_session_tickets on;")],
    Envoy: [("disable_stateless_session_resumption: true", "disable_stateless_session_resumption: false")],
    EdgeOutrigger: [],
    PublicOutrigger: [],
}


def resuming(kind):
    """The kind of target with session tickets on."""
    class Resuming(kind):
        def render(self, file, **words):
            path = super().render(file, **words)
            text = path.read_text()
            for was, shall_be in GIVES_TICKETS[kind]:
                assert was in text, f"{file} does not say {was!r} any more"
                text = text.replace(was, shall_be)
            path.write_text(text)
            return path

    return Resuming


def handshakes(target, resumed, count=COUNT):
    """CPU microseconds of the whole proxy for each of `count` handshakes with client certificates, accept and close
    included. Raises `Invalid` where fewer than nine in ten were of the wanted kind."""
    authority = target.bench.authority
    load = Process(
        "tlsvisit",
        [target.bench.directory / "tlsvisit", "127.0.0.1", target.tls_port, count, "resumed" if resumed else "full",
         authority.path("edge.pem"), authority.path("edge.key")],
        target.bench.directory / "tlsvisit.log", cores=LOAD_CORE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if load.process.stdout.readline() != "ready\n":
            raise Invalid(f"{target.name}: the first handshake failed: {load.tail(4)}")
        meter = Meter(target)
        load.process.stdin.write("\n")
        load.process.stdin.flush()
        report = load.process.stdout.readline()
        cpu, _ = meter.stop()
    finally:
        load.stop()
    if not report:
        raise Invalid(f"{target.name}: the load generator died: {load.tail(4)}")
    seen = json.loads(report)
    wanted = seen["resumed"] if resumed else seen["full"]
    if wanted < 0.9 * count:
        raise Invalid(f"{target.name}: {wanted} of {count} handshakes were {'resumed' if resumed else 'full'}")
    return cpu / 1000 / count


def beside_flood(target, seconds, flooded):
    """{p50_us, p99_us, …} of requests at a fixed rate on established connections, with or without the flood."""
    authority = target.bench.authority
    command = [target.bench.directory / "tlsflood", "127.0.0.1", target.tls_port, seconds, FLOOD if flooded else 0,
               REQUESTS, FLOOD_CONNECTIONS, "/"]
    if not isinstance(target, PublicOutrigger):
        command += [authority.path("edge.pem"), authority.path("edge.key")]
    done = subprocess.run(["taskset", "-c", str(LOAD_CORE), *_first(), *map(str, command)], input="\n",
                          capture_output=True, text=True)
    if done.returncode:
        raise Invalid(f"{target.name}: tlsflood failed: {done.stderr}")
    seen = json.loads(done.stdout.splitlines()[-1])
    if seen["errors"] or seen["answered"] != seen["due"]:
        raise Invalid(f"{target.name}: {seen['answered']} of {seen['due']} requests were answered")
    return seen


def _first():
    """The measuring process before the flood on their core, where the system allows it."""
    allowed = subprocess.run(["chrt", "-f", "40", "true"], capture_output=True).returncode == 0
    return ["chrt", "-f", "40"] if allowed else []


def build(directory):
    """Compiles the two load programs into `directory`."""
    for name in ("tlsvisit", "tlsflood"):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", PEERS / f"{name}.c", "-o", directory / name,
                        "-lssl", "-lcrypto"], check=True)


def measure(bench, kinds, rounds, count=COUNT):
    """{name: (full, resumed)}: medians over rounds, the targets in turn."""
    targets = [resuming(kind)(bench, label="-handshakes").start() for kind in kinds]
    try:
        taken = {target.name: ([], []) for target in targets}
        for _ in range(rounds):
            for target in targets:
                for place, resumed in enumerate((False, True)):
                    taken[target.name][place].append(handshakes(target, resumed, count))
        return {name: tuple(sorted(values)[len(values) // 2] for values in both) for name, both in taken.items()}
    finally:
        for target in targets:
            target.stop()


def flood_ratio(bench, kind, rounds, seconds):
    """p99 with the flood through p99 without it: each round's two, the median of the ratios last."""
    target = resuming(kind)(bench, label="-flood").start()
    try:
        pairs = [(beside_flood(target, seconds, False)["p99_us"], beside_flood(target, seconds, True)["p99_us"])
                 for _ in range(rounds)]
    finally:
        target.stop()
    ratios = sorted(loud / quiet for quiet, loud in pairs)
    return pairs, ratios[len(ratios) // 2]


def compare(options, bench, kinds, rows):
    build(bench.directory)
    mutual = [EdgeOutrigger, *kinds]
    print("\nhandshakes: mutual TLS 1.3, P-256, CPU time of the whole proxy, connection and one request included")
    print(f"  {'target':24}{'whole us':>10}{'resumed us':>12}")
    for name, (full, resumed) in measure(bench, mutual, options.rounds).items():
        print(f"  {name:24}{full:10.0f}{resumed:12.0f}", flush=True)
        rows.append(gates.seen(f"mutual handshake, {name}", full, "us", f"resumed by a ticket {resumed:.0f} us"))
    print(f"  p99 of {REQUESTS} requests/s on established connections, without and beside {FLOOD} handshakes/s", flush=True)
    for kind in [PublicOutrigger, *mutual]:
        pairs, ratio = flood_ratio(bench, kind, options.rounds, options.seconds + 1)
        told = ", ".join(f"{quiet} -> {loud}" for quiet, loud in pairs)
        print(f"  {kind.name:24} x {ratio:.2f}   (us: {told})", flush=True)
        rows.append(gates.flooded(kind.name, ratio, kind is PublicOutrigger, told))

