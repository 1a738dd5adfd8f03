"""Message content and identifiers appear nowhere: in no log, tap, span, metric or crash report of the whole session.

Runs last. A planted open name has to be found in each place, so that the search is known to work.
"""

import json
import os
import re
import signal

import pytest

from harness import documents as say
from harness import platforms
from harness.collector import Collector
from harness.tap import Tap
from rig import signatures
from rig.ports import free_port

OPEN = "canary-open"
PHONE, INTEGRATION = "918273645546372", "canary-integration-7d1f"
#: Fields that select behaviour: a marker in their place would test the refusal and not the message.
STRUCTURAL = {"object", "field", "type", "messaging_product", "status", "event", "mime_type", "direction", "platform"}


def marked(node, path, markers):
    """A copy with every string, and every number, replaced by a marker of its own."""
    if isinstance(node, dict):
        return {key: marked(value, f"{path}.{key}", markers) if key not in STRUCTURAL or not isinstance(value, str)
                else value for key, value in node.items()}
    if isinstance(node, list):
        return [marked(value, f"{path}[{i}]", markers) for i, value in enumerate(node)]
    number = len(markers)
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, (int, float)):
        markers[str(7_310_000_000_000 + number)] = path
        return 7_310_000_000_000 + number
    markers[f"cnry{number:05d}x"] = path
    return f"cnry{number:05d}x"


def planted(path, markers):
    body = json.loads(path.read_bytes())
    copy = marked(body, path.stem, markers)
    if path.parent.name == "whatsapp":
        for entry, original in zip(copy["entry"], body["entry"]):
            for change, before in zip(entry["changes"], original["changes"]):
                if "metadata" in before["value"]:
                    change["value"]["metadata"]["phone_number_id"] = PHONE
                else:
                    entry["id"] = PHONE
    else:
        copy["channel"]["from"]["id"] = INTEGRATION
        copy["channel"]["id"] = INTEGRATION if body["channel"]["id"] == body["channel"]["from"]["id"] else copy["channel"]["id"]
    return json.dumps(copy).encode()


@pytest.fixture(scope="module")
def mesh(start_once, authority):
    """Both hops, with every log on, every span kept, and configured names that are to be found."""
    backend, middle, port, collector = start_once.backend(), free_port(), free_port(), Collector()
    start_once.cleanup.add(collector, collector.close)
    options = ["--collector", collector.url]
    inner = start_once.sidecar([
        say.tenant(OPEN), say.service(backend.port),
        say.inbound(middle, backend.port, authority, name=f"{OPEN}-in",
                    tenantFrom=["spiffe://mesh.test/service/edge"])], name="inner", options=options)
    outer = start_once.sidecar([
        say.edge(port, name=f"{OPEN}-out", tracing={"sample": "100%"}), say.service(middle, tls=say.mesh_tls(authority, "edge", "backend")), say.tenant(OPEN),
        say.whatsapp_channel(OPEN, "wa", PHONE, PHONE), say.genesys_channel(OPEN, "gc", INTEGRATION, "secret"),
        say.meta_webhook("secret"), say.genesys_webhook(),
        say.webhook_route({"exact": platforms.META_PATH}, "meta", "whatsapp"),
        say.webhook_route({"template": platforms.GENESYS_PATH + "{channel}"}, "genesys", "genesys")], name="outer", options=options)
    return outer, inner, port, collector


def test_no_marker_of_a_sample_is_logged(mesh, samples):
    outer, inner, port, collector = mesh
    for sidecar in (outer, inner):
        assert sidecar.ask("/loglevel?level=debug", "POST")[0] == 200
    taps = {sidecar: Tap(sidecar, "?for=5m&rate=1000&max=100000") for sidecar in (outer, inner)}
    markers, good, bad = {}, 0, 0
    for path in platforms.files(samples, "whatsapp", platforms.WHATSAPP):
        body = planted(path, markers)
        query = f"?hub.verify_token=cnryquery{good}x"
        assert platforms.post(port, platforms.META_PATH + query, body, signatures.meta("secret", body), [
            ("X-Note", "cnryheaderx"), ("User-Agent", "cnryagentx"), ("Cookie", "cnrycookiex")]).status == 200, path
        assert platforms.post(port, platforms.META_PATH, body, signatures.meta("wrong", body)).status == 401
        good, bad = good + 1, bad + 1
    for path in platforms.files(samples, "genesys", platforms.GENESYS):
        body = planted(path, markers)
        assert platforms.post(port, platforms.GENESYS_PATH + INTEGRATION, body,
                              signatures.genesys("secret", body)).status == 200, path
        good += 1
    assert platforms.post(port, "/cnrypathx/not/routed", b"cnrybodyx", None).status == 404
    bad += 1

    assert len(markers) > 300
    assert len(outer.log(good + bad)) == good + bad, "one line for each request"
    assert len(inner.log(good)) == good
    # Two hops of what was let through, each served and tried once; one of what was not.
    collector.wait_for(4 * good + bad)
    spans = b"".join(collector.bodies).decode("latin-1")
    (outer.directory / "spans").write_text(spans)
    for sidecar in (outer, inner):
        tap = taps[sidecar]
        tap.events(good + bad if sidecar is outer else good)
        tap.close()
        (sidecar.directory / "tap").write_text("\n".join(json.dumps(line) for line in tap.lines))
        places = {"access log": sidecar.log_path.read_text(), "metrics": sidecar.ask("/metrics")[1],
                  "tap": (sidecar.directory / "tap").read_text(), "error log": sidecar.output(), "spans": spans}
        for place, text in places.items():
            assert OPEN in text, f"the {place} does not hold the planted open name: the search proves nothing"
            assert not re.findall(r"cnry\w+x", text), f"markers in the {place}"
        everything = "\n".join([*places.values(), sidecar.ask("/clusters")[1]])
        found = [(marker, path) for marker, path in markers.items() if marker in everything]
        assert not found, found[:5]
        for identifier in (PHONE, INTEGRATION):
            assert identifier not in everything


def identifiers(samples):
    """Phone numbers, wamids and user ids that the samples name, and that other tests have sent."""
    found, keys = set(), {"wa_id", "from", "recipient_id", "phone_number_id", "display_phone_number", "user_id",
                          "from_user_id", "phone"}

    def walk(node, key=""):
        if isinstance(node, dict):
            for name, value in node.items():
                walk(value, name)
        elif isinstance(node, list):
            for value in node:
                walk(value, key)
        elif isinstance(node, str) and (node.startswith("wamid.") or (key in keys and len(node) >= 8)):
            found.add(node)
    for path in platforms.files(samples, "whatsapp", platforms.WHATSAPP):
        walk(json.loads(path.read_bytes()))
    return found


def test_nothing_of_the_whole_session_is_logged(mesh, samples, scratch):
    """Every access log, error log, crash report, tap, span and last metrics that any test's sidecar has written."""
    outer, inner, *_ = mesh
    for sidecar in (outer, inner):
        (sidecar.directory / "metrics").write_text(sidecar.ask("/metrics")[1])
        os.kill(sidecar.process.pid, signal.SIGSEGV)
        assert sidecar.process.process.wait(10) == -signal.SIGSEGV
        report = [line for line in sidecar.output().splitlines() if "process.last_request" in line]
        assert any(OPEN in line for line in report), "the crash report does not hold the planted open name"
        sidecar.process = None
    wanted = identifiers(samples)
    assert len(wanted) > 20
    files = [path for name in ("access.log", "output", "metrics", "tap", "spans") for path in scratch.rglob(name)
             if (path.parent / "mesh.yaml").exists()]
    assert len(files) >= 6
    texts = {path: path.read_text(errors="replace") for path in files}
    hits = [(str(path), identifier) for path, text in texts.items() for identifier in wanted if identifier in text]
    hits += [(str(path), found) for path, text in texts.items()
             for found in re.findall(r"wamid\.\w+|\bsha256=[0-9a-f]{64}|cnry\w+x", text)]
    assert not hits, hits[:5]
    for name in ("access.log", "output", "metrics", "tap", "spans"):
        assert any(OPEN in text for path, text in texts.items() if path.name == name), name
