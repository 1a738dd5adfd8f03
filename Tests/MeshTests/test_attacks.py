"""Each attack goes through an edge to nginx and to HAProxy, between two valid requests that must be answered.

The backend must have counted exactly the requests that the edge logged as relayed: a request that hid in another one,
or that two parsers saw differently, shows as a difference.
"""

import time

import pytest

from harness import attacks, counting
from harness import documents as say
from harness.wire import Client, Closed, request
from rig.ports import free_port


class Front:
    """An edge before one counting backend, and what both have logged."""

    def __init__(self, starter, kind):
        self.backend = kind(starter.directory)
        starter.cleanup.add(self.backend, self.backend.stop)
        self.port = free_port()
        # Only these prefixes are routed: a path that means another one ends in 404.
        routes = [say.route(prefix, name=prefix[1:]) for prefix in ("/attack", "/before", "/after")]
        self.sidecar = starter.sidecar(
            [say.edge(self.port), say.service(self.backend.port), *routes], name=f"edge-{self.backend.name}")

    def valid(self, path):
        with Client(self.port) as client:
            answer = client.ask(request(target=path))
        assert answer.status == 200, f"a valid request got {answer.status} {answer.reason}"


@pytest.fixture(scope="module", params=[counting.Nginx, counting.HAProxy], ids=["nginx", "haproxy"])
def front(request, start_once):
    return Front(start_once, request.param)


def provoke(front, attack):
    """Sends the attack and returns the statuses of all answers; no answer and no close in time is a hang."""
    statuses = []
    with Client(front.port) as client:
        try:
            client.send(attack.raw)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was sent; the answer may still be there
        try:
            while True:
                statuses.append(client.answer("GET").status)
                if statuses[-1] in (200, 404) and len(statuses) == 1:
                    client.finish()  # a sound request leaves the connection open: this ends it
        except (Closed, ConnectionResetError):
            return statuses


@pytest.mark.parametrize("attack", [pytest.param(a, id=f"{group}: {a.name}") for group, a in attacks.ALL])
def test_attack(front, attack):
    seen, offset = len(front.backend.settled(0.02)), front.sidecar.mark()
    front.valid("/before")
    statuses = provoke(front, attack)
    front.valid("/after")

    assert statuses, "the edge closed without an answer"
    assert statuses[0] in attack.statuses, f"answered {statuses}, not {attack.statuses}"
    assert all(status in attack.extra for status in statuses[1:]), f"answers to one request: {statuses}"

    relayed, counted = settled(front, seen, offset)
    whole = [line for line in counted if line.startswith("200 ")]
    assert len(whole) == len(relayed), f"the edge relayed {len(relayed)}, the backend counted {counted}"
    assert attack.cut or whole == counted, f"the backend refused what the edge let through: {counted}"
    assert not any("smuggled" in line or "secret" in line for line in counted), counted
    carried = [attack.target] if statuses[0] == 200 else []
    assert [line.split(" ")[2] for line in whole] == ["/before", *carried, "/after"]


def settled(front, seen, offset, seconds=3.0):
    """The edge's relayed records and the backend's lines, once they agree or the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        counted = front.backend.settled(0.02)[seen:]
        relayed = [r for r in front.sidecar.log(3, offset) if r["status"] == 200 and not r.get("reason")]
        if sum(line.startswith("200 ") for line in counted) == len(relayed) >= 2 or time.monotonic() > deadline:
            return relayed, counted
