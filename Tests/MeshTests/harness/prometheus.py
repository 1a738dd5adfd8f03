"""A real Prometheus that scrapes one process, and what it says."""

import json
import time
import urllib.parse
import urllib.request

from rig.ports import free_port
from rig.processes import Process

_CONFIGURATION = """
global: {{ scrape_interval: 500ms, scrape_timeout: 500ms }}
scrape_configs:
  - job_name: outrigger
    metrics_path: /metrics
    static_configs: [ {{ targets: [ "127.0.0.1:{target}" ] }} ]
"""


class Prometheus:
    def __init__(self, directory, target):
        directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        configuration = directory / "prometheus.yml"
        configuration.write_text(_CONFIGURATION.format(target=target))
        self.process = Process("prometheus", [
            "prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--enable-feature=exemplar-storage"], directory / "output")
        self.process.wait_until(self._is_ready, 20, "ready")

    def _is_ready(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2).status == 200
        except OSError:
            return False

    def _get(self, path, **parameters):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=5) as reply:
            said = json.load(reply)
        assert said["status"] == "success", said
        return said["data"]

    def query(self, expression):
        """[(labels, number), …]"""
        return [(row["metric"], float(row["value"][1])) for row in self._get("query", query=expression)["result"]]

    def value(self, expression):
        """The one number that the expression has; none before the first scrape."""
        rows = self.query(expression)
        assert len(rows) <= 1, rows
        return rows[0][1] if rows else None

    def exemplars(self, expression):
        now = time.time()
        rows = self._get("query_exemplars", query=expression, start=now - 600, end=now + 600)
        return [exemplar for row in rows for exemplar in row["exemplars"]]

    def targets(self):
        return self._get("targets")["activeTargets"]

    def wait(self, holds, what, seconds=15.0):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s; {self.targets()}"
            assert self.process.alive(), f"Prometheus died:\n{self.process.tail()}"
            time.sleep(0.1)

    def stop(self):
        self.process.stop()
