"""The proxies, and the bare relay below them: how each is configured, started and found ready."""

import os
import pathlib
import time
import urllib.request

from rig.ports import free_port
from rig.processes import Failed, Process, family

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
PROXY_CORE, LOAD_CORE = 0, 1


class Bench:
    """What all targets share: the scratch directory, certificates, the backend, the paths of the programs."""

    def __init__(self, directory, authority, backend_port, sidecar, envoy):
        self.directory = pathlib.Path(directory)
        self.authority = authority
        self.backend_port = backend_port
        self.sidecar = sidecar
        self.envoy = envoy
        server, key = authority.path("backend.pem"), authority.path("backend.key")
        # HAProxy wants certificate and key in one file.
        pathlib.Path(authority.path("backend.both.pem")).write_text(open(server).read() + open(key).read())


class Target:
    """One running proxy on core 0: `port` is plaintext, `tls_port` mutual TLS, both to the same backend."""

    name = ""

    def __init__(self, bench, routes=1, label="", name=None):
        self.bench = bench
        self.routes = routes
        self.name = name or self.name
        self.port, self.tls_port, self.metrics_port = free_port(), free_port(), free_port()
        self.directory = bench.directory / f"{self.name}{label}"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.process = None

    def command(self):
        raise NotImplementedError

    def start(self):
        self.process = Process(self.name, self.command(), self.directory / "log", cores=PROXY_CORE,
                               environment={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        self.process.wait_until(self.is_ready, 30, "ready")
        return self

    def stop(self):
        if self.process:
            # Nobody is left to be told of an end: the second signal ends a sidecar without a drain.
            self.process.process.terminate()
            time.sleep(0.05)
            self.process.stop()

    def is_ready(self):
        path = "/r/0/item" if self.routes > 1 else "/"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def pids(self):
        return family(self.process.pid)

    def render(self, file, **words):
        """Fills a peer's template and returns its path."""
        authority = self.bench.authority
        words = {
            "PORT": self.port, "TLS_PORT": self.tls_port, "METRICS_PORT": self.metrics_port,
            "BACKEND_PORT": self.bench.backend_port, "DIRECTORY": self.directory,
            "CERTIFICATE": authority.path("backend.pem"), "KEY": authority.path("backend.key"),
            "SERVER_PEM": authority.path("backend.both.pem"), "AUTHORITY": authority.certificate, **words}
        text = (PEERS / file).read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        path = self.directory / file
        path.write_text(text)
        return path


class Relay(Target):
    """No proxy: what the kernel and OpenSSL take to pass the same bytes on. It understands nothing."""

    name = "relay"

    def command(self):
        authority = self.bench.authority
        return [self.bench.directory / "relay", self.port, self.tls_port, self.bench.backend_port,
                authority.path("backend.pem"), authority.path("backend.key"), authority.certificate]


class HAProxy(Target):
    name = "haproxy"

    def command(self):
        routing = "default_backend application"
        if self.routes > 1:
            table = self.directory / "routes.map"
            table.write_text("".join(f"/r/{i}/ application\n" for i in range(self.routes)))
            routing = f"use_backend %[path,map_beg({table})]"
        return ["haproxy", "-db", "-f", self.render("haproxy.cfg", ROUTING=routing)]


class Nginx(Target):
    name = "nginx"

    def command(self):
        prefixes = [f"/r/{i}/" for i in range(self.routes)] if self.routes > 1 else ["/"]
        routing = "\n        ".join(f"location {p} {{ proxy_pass http://application; }}" for p in prefixes)
        return ["nginx", "-p", self.directory, "-c", self.render("nginx.conf", ROUTING=routing),
                "-e", self.directory / "nginx.error.log"]


class Envoy(Target):
    name = "envoy"

    def command(self):
        prefixes = [f"/r/{i}/" for i in range(self.routes)] if self.routes > 1 else ["/"]
        routing = "\n".join(
            f'                        - {{ match: {{ prefix: "{p}" }}, route: {{ cluster: application }} }}'
            for p in prefixes)
        return [self.bench.envoy, "-c", self.render("envoy.yaml", ROUTING=routing), "--concurrency", "1",
                "--disable-hot-restart", "-l", "error"]


class Outrigger(Target):
    """An edge listener in plaintext and an inbound listener with mutual TLS, every default feature on."""

    name = "outrigger"
    # Fields of the plaintext listener, and arguments, beyond the defaults.
    listener_fields = ""
    more_arguments = ()

    def configuration(self):
        authority = self.bench.authority
        text = f"""\
kind: Listener
name: front
spec: {{ role: edge, address: 127.0.0.1:{self.port}{self.listener_fields} }}
---
kind: Listener
name: mutual
spec:
  role: inbound
  address: 127.0.0.1:{self.tls_port}
  service: backend
  application: {{ address: 127.0.0.1:{self.bench.backend_port}, protocol: http1 }}
  tls:
    certificate: {{ file: {authority.path("backend.pem")} }}
    key: {{ file: {authority.path("backend.key")} }}
    clientCertificate: {{ authority: {{ file: {authority.certificate} }}, required: true }}
---
kind: Service
name: backend
spec: {{ protocol: http1, endpoints: [ {{ address: 127.0.0.1:{self.bench.backend_port} }} ] }}
"""
        prefixes = [f"/r/{i}" for i in range(self.routes)] if self.routes > 1 else ["/"]
        for i, prefix in enumerate(prefixes):
            text += f"""\
---
kind: Route
name: route-{i}
spec: {{ access: public, matches: [ {{ path: {{ prefix: {prefix} }} }} ], backends: [ {{ service: backend }} ] }}
"""
        return text

    def command(self):
        if not os.access(self.bench.sidecar, os.X_OK):
            raise Failed(f"{self.bench.sidecar} is not there; build it, or name another with --sidecar")
        path = self.directory / "mesh.yaml"
        path.write_text(self.configuration())
        return [self.bench.sidecar, "--config", path, "--workers", "1", "--admin", f"127.0.0.1:{self.metrics_port}", *self.more_arguments]


KINDS = {kind.name: kind for kind in (Outrigger, Relay, HAProxy, Nginx, Envoy)}
