"""An OTLP/HTTP receiver that takes nothing on trust: PyPI's opentelemetry-proto reads, and every rule is checked."""

import dataclasses
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service
from opentelemetry.proto.trace.v1 import trace_pb2 as trace

SERVER, CLIENT = trace.Span.SPAN_KIND_SERVER, trace.Span.SPAN_KIND_CLIENT
PATH = "/v1/traces"
MAX_BATCH = 512
#: Every attribute that may stand on a span, and the member of AnyValue that holds it.
ATTRIBUTES = {
    **dict.fromkeys([
        "http.request.method", "http.route", "url.scheme", "url.template", "server.address", "network.protocol.version",
        "error.type", "outrigger.listener", "outrigger.peer", "outrigger.route", "outrigger.service",
        "outrigger.tenant", "outrigger.reason", "outrigger.flow"], "string_value"),
    **dict.fromkeys(["http.response.status_code", "server.port", "http.request.resend_count"], "int_value")}
RESOURCE = {"service.name", "service.instance.id", "telemetry.sdk.name", "telemetry.sdk.language",
            "telemetry.sdk.version"}


@dataclasses.dataclass
class Span:
    trace: str
    id: str
    parent: str
    name: str
    kind: int
    start: int
    end: int
    attributes: dict
    is_error: bool
    flags: int
    resource: dict

    def __getitem__(self, key):
        return self.attributes.get(key)


def _values(pairs, allowed, problems):
    found = {}
    for pair in pairs:
        held = pair.value.WhichOneof("value")
        if pair.key in found:
            problems.append(f"attribute {pair.key} stands twice")
        if pair.key not in allowed or (isinstance(allowed, dict) and allowed[pair.key] != held):
            problems.append(f"attribute {pair.key} as {held}")
        found[pair.key] = getattr(pair.value, held)
        if found[pair.key] == "":
            problems.append(f"attribute {pair.key} is empty")
    return found


def _unknown(message, place, problems):
    """A field that the published schema does not have, at any depth."""
    if len(UnknownFieldSet(message)):
        problems.append(f"unknown field in {place}")
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in value if hasattr(value, "__len__") else [value]:
                _unknown(part, f"{place}.{field.name}", problems)


def read(body, problems):
    """The spans of one request; appends what is wrong with it."""
    request = service.ExportTraceServiceRequest.FromString(body)
    _unknown(request, "request", problems)
    if len(request.SerializeToString()) != len(body):
        problems.append("not the shortest encoding")
    spans, now = [], time.time_ns()
    for group in request.resource_spans:
        resource = _values(group.resource.attributes, RESOURCE, problems)
        if set(resource) != RESOURCE:
            problems.append(f"resource without {RESOURCE - set(resource)}")
        for scope in group.scope_spans:
            if scope.scope.name != "outrigger-sidecar" or not scope.scope.version:
                problems.append(f"scope {scope.scope}")
            for span in scope.spans:
                if len(span.trace_id) != 16 or len(span.span_id) != 8 or len(span.parent_span_id) not in (0, 8):
                    problems.append("an id of the wrong length")
                if not any(span.trace_id) or not any(span.span_id) or span.parent_span_id == bytes(8):
                    problems.append("an id of zeros")
                if not now - 120e9 < span.start_time_unix_nano <= span.end_time_unix_nano <= now:
                    problems.append(f"times {span.start_time_unix_nano} {span.end_time_unix_nano}")
                if span.kind not in (SERVER, CLIENT):
                    problems.append(f"kind {span.kind}")
                if not span.name or span.flags & ~0x303 or not span.flags & 0x100:
                    problems.append(f"name {span.name!r}, flags {span.flags:x}")
                spans.append(Span(
                    span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), span.name, span.kind,
                    span.start_time_unix_nano, span.end_time_unix_nano,
                    _values(span.attributes, ATTRIBUTES, problems), span.status.code == trace.Status.STATUS_CODE_ERROR,
                    span.flags, resource))
    if not 1 <= len(spans) <= MAX_BATCH:
        problems.append(f"{len(spans)} spans in one request")
    return spans


class Collector:
    """Listens on a free port. `behave(handler, spans)` may answer in its own way and then returns true."""

    def __init__(self, behave=None):
        self.spans, self.problems, self.posts, self.bodies, self.connections = [], [], 0, [], 0
        self.behave = behave
        self._seen, self._changed = set(), threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                outer.connections += 1

            def log_message(self, *_):
                pass

            def do_POST(self):
                outer._post(self)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def _post(self, handler):
        body = handler.rfile.read(int(handler.headers["content-length"]))
        problems = []
        if handler.path != PATH or handler.headers["content-type"] != "application/x-protobuf":
            problems.append(f"{handler.path} {handler.headers['content-type']}")
        spans = read(body, problems)
        with self._changed:
            self.posts += 1
            self.problems += problems
        if self.behave and self.behave(handler, spans):
            return
        self.keep(spans, body)
        self.answer(handler)

    def keep(self, spans, body=b""):
        with self._changed:
            for span in spans:
                if (span.trace, span.id) in self._seen:
                    self.problems.append(f"span {span.id} came twice")
                self._seen.add((span.trace, span.id))
            self.spans += spans
            self.bodies.append(body)
            self._changed.notify_all()

    @staticmethod
    def answer(handler, status=200, body=b"", fields=()):
        handler.send_response(status)
        for name, value in fields:
            handler.send_header(name, value)
        handler.send_header("content-type", "application/x-protobuf")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def wait_for(self, count, seconds=10.0):
        """The spans once there are `count` of them, and a moment more in which no further one may come."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.spans) >= count, seconds)
        # The first batch leaves with the next tick, 100 ms later; where none may come, more time is given to it.
        time.sleep(0.3 if count else 0.8)
        assert not self.problems, self.problems[:5]
        return list(self.spans)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def traces(spans):
    """{trace id: its spans}"""
    found = {}
    for span in spans:
        found.setdefault(span.trace, []).append(span)
    return found


def chain(spans):
    """One trace's spans from its root down; fails unless each but the first is the only child of the one before."""
    children = {}
    for span in spans:
        assert span.parent not in children, f"two children of {span.parent}"
        children[span.parent] = span
    own = {span.id for span in spans}
    [top] = [span for span in spans if span.parent not in own]
    line = [top]
    while line[-1].id in children:
        line.append(children[line[-1].id])
    assert len(line) == len(spans), "an orphan"
    return line


def assert_nested(line):
    for parent, child in zip(line, line[1:]):
        assert parent.start <= child.start and child.end <= parent.end, (parent, child)
