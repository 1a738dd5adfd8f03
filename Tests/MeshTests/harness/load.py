"""A load as large as the machine gives, and a backend that can bear it."""

import re
import subprocess

from rig.ports import free_port, is_listening
from rig.processes import Process

NGINX = """\
daemon off;
worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log warn;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    keepalive_requests 100000000;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok\\n"; }} }}
}}
"""


def quick_backend(start):
    """The port of an nginx that answers everything."""
    directory = start.directory / "quick"
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    path = directory / "configuration"
    path.write_text(NGINX.format(directory=directory, port=port))
    process = Process("quick", ["nginx", "-p", directory, "-c", path, "-e", directory / "error.log"], directory / "output")
    start.cleanup.add(process, process.stop)
    process.wait_until(lambda: is_listening(port), 5, "listening")
    return port


class Load:
    """wrk, asking as fast as it goes for a time; its connections end with it."""

    def __init__(self, port, seconds, connections=64, path="/", headers=()):
        fields = [part for name, value in headers for part in ("-H", f"{name}: {value}")]
        self.process = subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *fields, f"http://127.0.0.1:{port}{path}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self):
        """How many whole answers there were; every one a good one."""
        text, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, text
        assert "Non-2xx" not in text and "Socket errors" not in text, text
        return int(re.search(r"(\d+) requests in", text).group(1))
