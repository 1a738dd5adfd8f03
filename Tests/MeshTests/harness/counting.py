"""nginx and HAProxy as backends that count: real parsers, whose own logs say how many requests they saw."""

import time

from rig.ports import free_port, is_listening
from rig.processes import Process

NGINX = """\
daemon off;
worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    log_format seen '$status $request';
    access_log {directory}/seen.log seen;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    keepalive_timeout 60s;
    keepalive_requests 1000000;
    large_client_header_buffers 8 64k;
    underscores_in_headers on;
    server {{
        listen 127.0.0.1:{port};
        # Answered by a second server, so that nginx has read and judged the whole body before there is an answer.
        location / {{ proxy_pass http://127.0.0.1:{answers}; }}
    }}
    server {{
        listen 127.0.0.1:{answers};
        access_log off;
        location / {{ return 200 "counted\\n"; }}
    }}
}}
"""

HAPROXY = """\
global
    log stdout format raw local0 info
    tune.bufsize 131072
defaults
    mode http
    timeout client 60s
    timeout connect 1s
    timeout server 5s
    timeout http-keep-alive 60s
frontend counting
    bind 127.0.0.1:{port}
    log global
    log-format "seen %ST %{{+E}}r"
    http-request wait-for-body time 5s if {{ req.hdr_cnt(content-length) gt 0 }} || {{ req.hdr_cnt(transfer-encoding) gt 0 }}
    http-request return status 200 content-type text/plain string "counted"
"""


class CountingBackend:
    """A program with a configuration, a port, and one line of log for each request that it parsed or refused."""

    def __init__(self, directory):
        self.directory = directory / self.name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        path = self.directory / "configuration"
        path.write_text(self.configuration.format(
            directory=self.directory, port=self.port, answers=free_port()))
        self.process = Process(self.name, self.command(path), self.directory / "output")
        self.process.wait_until(lambda: is_listening(self.port), 5, "listening")

    def lines(self):
        """Each "STATUS METHOD TARGET VERSION", as the program logged it."""
        raise NotImplementedError

    def settled(self, seconds=0.15):
        """The lines once no new one has come for a moment: both programs log when a request has ended."""
        lines = self.lines()
        while True:
            time.sleep(seconds)
            again = self.lines()
            if len(again) == len(lines):
                return again
            lines = again

    def stop(self):
        self.process.stop()


class Nginx(CountingBackend):
    name, configuration = "nginx", NGINX

    def command(self, path):
        return ["nginx", "-p", self.directory, "-c", path, "-e", self.directory / "error.log"]

    def lines(self):
        try:
            return (self.directory / "seen.log").read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return []


class HAProxy(CountingBackend):
    name, configuration = "haproxy", HAPROXY

    def command(self, path):
        return ["haproxy", "-db", "-f", path]

    def lines(self):
        text = open(self.process.log, errors="replace").read().splitlines()
        return [line.split("seen ", 1)[1] for line in text if line.startswith("seen ")]
