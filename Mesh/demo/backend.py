"""The demo's service: answers every request, and writes a JSON line about each one it saw.

    backend.py PORT RECORD_FILE
"""

import hashlib
import http.server
import json
import sys
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    record = None

    def answer(self):
        started = time.monotonic_ns()
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        reply = json.dumps({"received": len(body)}).encode()
        # The record is written before the answer: who has the answer can read the record.
        json.dump({
            "method": self.command, "path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()},
            "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(),
            "microseconds": (time.monotonic_ns() - started) // 1000}, self.record)
        self.record.write("\n")
        self.record.flush()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    Handler.record = open(sys.argv[2], "a")
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
