"""The access log under load, rotated, sampled and conditional; levels of the error log while the process runs."""

import json
import os
import signal
import time

import pytest

from harness import documents as say
from harness.backend import answer, closing_after, slowly
from harness.load import Load, quick_backend
from harness.wire import Client, client_tls, request
from rig import accesslog
from rig.ports import free_port


def lines(path):
    """Every line of a file, each of which has to be one whole JSON object."""
    data = path.read_bytes()
    assert b"\0" not in data, f"{path} has a hole"
    assert not data or data.endswith(b"\n"), f"{path} ends in the middle of a line"
    return [json.loads(line) for line in data.splitlines()]


def counted(sidecar):
    """Requests that the sidecar has ended."""
    return int(sidecar.total("outrigger_requests_total", direction="edge"))


def logged(start, workers=1, backend=None, **log):
    """An edge with an access log of these fields before a quick backend: (sidecar, port, path of the log)."""
    port, path = free_port(), start.directory / "lines"
    start.directory.mkdir(parents=True, exist_ok=True)
    documents = [say.edge(port, accessLog={"path": str(path), **log}), say.service(backend or quick_backend(start)),
                 say.route()]
    return start.sidecar(documents, workers=workers), port, path


def settled(sidecar, paths, count):
    """Waits until the files have that many lines together."""
    def total():
        return sum(path.read_bytes().count(b"\n") for path in paths() if path.exists())
    sidecar.wait(lambda: total() >= count, f"{count} lines (there are {total()})", 10)


def test_as_many_lines_as_requests_at_full_load(start):
    sidecar, port, path = logged(start, workers=4)
    answers = Load(port, 3).finish()
    requests = counted(sidecar)
    assert requests >= answers > 1000
    settled(sidecar, lambda: [path], requests)
    found = lines(path)
    assert len(found) == requests == len({line["requestId"] for line in found})
    assert sidecar.total("outrigger_dropped_total", what="access_log_line") == 0


def test_a_renamed_log_loses_and_tears_nothing(start):
    sidecar, port, path = logged(start, workers=4)
    load, rotated = Load(port, 4), []
    for number in range(12):
        time.sleep(0.25)
        path.rename(path.with_suffix(f".{number}"))
        rotated.append(path.with_suffix(f".{number}"))
        os.kill(sidecar.process.pid, signal.SIGUSR1)
        sidecar.wait(path.exists, "the file is made anew")
    answers = load.finish()
    requests = counted(sidecar)
    settled(sidecar, lambda: [path, *rotated], requests)
    found = [line["requestId"] for file in (path, *rotated) for line in lines(file)]
    assert len(found) == len(set(found)) == requests >= answers
    assert sum(1 for file in rotated if file.stat().st_size) > 6
    assert sidecar.output().count('"log.reopened"') == 12


def test_a_truncated_log_goes_on_at_its_start(start):
    """copytruncate: what is written between its copy and its cut is lost with any program, but nothing else is."""
    sidecar, port, path = logged(start, workers=4)
    load, copies = Load(port, 3), []
    for _ in range(8):
        time.sleep(0.2)
        with open(path, "r+b") as file:
            copies.append(file.read())
            rest_from = file.tell()
            file.seek(0, 2)
            late = file.tell() - rest_from
            if late:  # What came while it was copied.
                file.seek(rest_from)
                copies[-1] += file.read()
            file.truncate(0)
    load.finish()
    time.sleep(0.3)
    found = [line["requestId"] for line in lines(path)]
    for copy in copies:
        whole = copy[:copy.rfind(b"\n") + 1]
        found += [json.loads(line)["requestId"] for line in whole.splitlines()]
    assert len(found) == len(set(found)) <= counted(sidecar)
    assert len(found) > counted(sidecar) * 0.9


def test_a_log_that_cannot_be_opened_again_stays(start):
    backend, port = start.backend(), free_port()
    folder = start.directory / "folder"
    folder.mkdir(parents=True)
    path = folder / "lines"
    sidecar = start.sidecar([say.edge(port, accessLog={"path": str(path)}), say.service(backend.port), say.route()])
    folder.rename(start.directory / "moved")
    os.kill(sidecar.process.pid, signal.SIGUSR1)
    sidecar.wait(lambda: "log.reopen_failed" in sidecar.output(), "it is told")
    with Client(port) as client:
        client.ask(request())
    assert accesslog.wait_for(start.directory / "moved" / "lines", 1)
    folder.mkdir()
    os.kill(sidecar.process.pid, signal.SIGUSR1)
    sidecar.wait(path.exists, "the file is there again")
    with Client(port) as client:
        client.ask(request())
    assert len(accesslog.wait_for(path, 1)) == 1


def open_files(sidecar):
    folder = f"/proc/{sidecar.process.pid}/fd"
    return [os.readlink(f"{folder}/{number}") for number in os.listdir(folder)]


def test_a_log_that_no_configuration_names_is_closed_behind_its_last_line(start):
    backend, port = start.backend(slowly(0.5)), free_port()
    start.directory.mkdir(parents=True, exist_ok=True)
    first, second = start.directory / "first", start.directory / "second"
    rest = [say.service(backend.port), say.route()]
    sidecar = start.sidecar([say.edge(port, accessLog={"path": str(first)}), *rest])
    with Client(port) as client:
        client.send(request())
        backend_has_it = lambda: counted(sidecar) == 0 and backend.wait_for(1)
        assert backend_has_it()
        sidecar.write([say.edge(port, accessLog={"path": str(second)}), *rest])
        sidecar.reload()
        sidecar.wait(lambda: str(second) in open_files(sidecar), "the new log is open")
        assert str(first) in open_files(sidecar), "a request under way still needs it"
        assert client.answer().status == 200
        sidecar.wait(lambda: str(first) not in open_files(sidecar), "the old log is closed")
        assert len(lines(first)) == 1
        client.ask(request())
    assert len(accesslog.wait_for(second, 1)) == 1
    sidecar.wait(lambda: '"log.closed"' in sidecar.output(), "it is told")


def test_hops_agree_on_the_sample(start, authority):
    """A tenth at both hops is the same tenth."""
    backend, middle, port = quick_backend(start), free_port(), free_port()
    start.directory.mkdir(parents=True, exist_ok=True)
    inner_log, outer_log = start.directory / "inner-lines", start.directory / "outer-lines"
    inner = start.sidecar([say.service(backend), say.inbound(middle, backend, authority, accessLog={
        "path": str(inner_log), "sample": "50%"})])
    outer = start.sidecar([
        say.edge(port, accessLog={"path": str(outer_log), "sample": "10%"}),
        say.service(middle, tls=say.mesh_tls(authority, "edge", "backend")), say.route()], workers=2)
    Load(port, 2, connections=16).finish()
    outer.wait(lambda: inner.total("outrigger_requests_total", direction="inbound") >= counted(outer), "all hops are over")
    time.sleep(0.3)
    requests = counted(outer)
    tenth, half = ({line["traceId"] for line in lines(path)} for path in (outer_log, inner_log))
    assert requests > 1000
    assert abs(len(tenth) - requests / 10) < 6 * (requests * 0.09) ** 0.5
    assert abs(len(half) - requests / 2) < 6 * (requests * 0.25) ** 0.5
    assert tenth <= half, "the smaller share is part of the larger one"


@pytest.mark.parametrize("when,wanted", [
    ("always", {"/ok", "/404", "/500", "/slow", "/broken", "/unrouted"}),
    ("errors", {"/500", "/broken"}),
    ("refusals", {"/broken", "/unrouted"}),
    ("4xx", {"/404", "/unrouted"}),
    ("5xx", {"/500"}),
    (["2xx"], {"/ok", "/slow", "/broken"}),
    ({"slow": "300ms"}, {"/slow"}),
    (["errors", {"slow": "300ms"}], {"/500", "/broken", "/slow"}),
], ids=lambda value: json.dumps(value) if not isinstance(value, set) else "")
def test_a_condition_names_its_requests(start, when, wanted):
    def behave(connection, asked):
        if asked.target == "/500":
            connection.send(answer(500))
        elif asked.target == "/404":
            connection.send(answer(404))
        elif asked.target == "/slow":
            slowly(0.4)(connection, asked)
        elif asked.target == "/broken":
            closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")(connection, asked)
        else:
            connection.send(answer())
    backend, port = start.backend(behave), free_port()
    start.directory.mkdir(parents=True, exist_ok=True)
    path = start.directory / "lines"
    names = ["ok", "404", "500", "slow", "broken"]
    sidecar = start.sidecar([
        say.edge(port, accessLog={"path": str(path), "when": when}), say.service(backend.port),
        *[say.route(prefix=f"/{name}", name=f"r-{name}") for name in names]])
    for name in [*names, "unrouted"]:
        try:
            with Client(port) as client:
                client.ask(request(target=f"/{name}"))
        except Exception:  # noqa: BLE001 - the broken answer breaks the client's connection
            assert name == "broken"
    sidecar.wait(lambda: counted(sidecar) == 6, "six requests are over")
    time.sleep(0.3)
    found = {line.get("route", "r-unrouted").replace("r-", "/") for line in lines(path)}
    assert found == wanted


def test_a_sampled_out_error_is_kept(start):
    backend, port = start.backend(lambda connection, _: connection.send(answer(503))), free_port()
    start.directory.mkdir(parents=True, exist_ok=True)
    path = start.directory / "lines"
    start.sidecar([say.edge(port, accessLog={"path": str(path), "sample": "0%", "when": "errors"}),
                   say.service(backend.port), say.route()])
    with Client(port) as client:
        for _ in range(20):
            client.ask(request())
    assert len(accesslog.wait_for(path, 20)) == 20


def test_a_line_says_when_its_try_began_and_counts_bodies_alone(start, authority):
    """Body bytes, on plaintext and under TLS alike; waiting for a collected body is queueing."""
    backend, middle = start.backend(lambda c, _: c.send(answer(body=b"x" * 3000))), free_port()
    sidecar = start.sidecar([say.service(backend.port), say.inbound(middle, backend.port, authority)])
    with Client(middle, tls=client_tls(authority, "edge")) as client:
        client.ask(request("POST", body=b"y" * 5000))
    [line] = sidecar.log(1)
    assert (line["bytesReceived"], line["bytesSent"], line["tls"]) == (5000, 3000, "TLSv1.3")
    assert line["queueMicroseconds"] <= line["firstByteMicroseconds"] <= line["totalMicroseconds"]


def test_a_client_is_one_pseudonym_within_a_tenant(start):
    backend, port, proxied = start.backend(), free_port(), free_port()
    tenants = [say.tenant(name, hosts=[f"{name}.example.test"]) for name in ("acme", "globex")]
    sidecar = start.sidecar([
        say.edge(port), say.edge(proxied, name="proxied", trustedHops=1), say.service(backend.port), say.route(), *tenants])
    for host in ("acme.example.test", "globex.example.test", "acme.example.test"):
        with Client(port) as client:
            client.ask(request(host=host, fields=[("X-Forwarded-For", "203.0.113.9")]))
    for told in ("6.6.6.6, 203.0.113.9", "7.7.7.7, 203.0.113.9", "203.0.113.10"):
        with Client(proxied) as client:
            client.ask(request(host="acme.example.test", fields=[("X-Forwarded-For", told)]))
    found = [line["client"] for line in sidecar.log(6)]
    assert found[0] == found[2], "the same client in the same tenant"
    assert found[3] == found[4], "what stands left of the trusted hop counts for nothing"
    text = sidecar.log_path.read_text()
    assert "203.0.113" not in text
    assert found[5] not in found[:5]
    if sidecar.log(6)[1].get("tenant") != sidecar.log(6)[0].get("tenant"):
        assert found[1] != found[0]


def test_levels_change_while_the_process_runs(pair):
    sidecar, port, _ = pair()
    told = lambda: sidecar.output().count("listener.request_refused")

    def malformed():
        with Client(port) as client:
            client.ask(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    malformed()
    assert json.loads(sidecar.ask("/loglevel")[1])["levels"]["listener"] == "info"
    status, text = sidecar.ask("/loglevel?level=debug&subsystem=listener", "POST")
    assert status == 200
    levels = json.loads(text)["levels"]
    assert levels.pop("listener") == "debug" and set(levels.values()) == {"info"}
    assert told() == 0
    malformed()
    sidecar.wait(lambda: told() == 1, "a debug event is told")
    status, text = sidecar.ask("/loglevel?level=error", "POST")
    assert set(json.loads(text)["levels"].values()) == {"error"}
    malformed()
    before = sidecar.output().count("\n")
    sidecar.reload()
    sidecar.wait(lambda: sidecar.total("outrigger_config_revision") == 2, "the configuration is read again")
    assert told() == 1 and sidecar.output().count("\n") == before, "nothing below error is told"
    for query in ("", "?level=loud", "?level=info&subsystem=nobody", "?level=info&level=info", "?nothing=1"):
        status, text = sidecar.ask(f"/loglevel{query}", "POST")
        assert status == 400 and json.loads(text)["detail"], query
    assert sidecar.ask("/loglevel", "DELETE")[0] == 405


def test_a_browser_operates_nothing(pair):
    sidecar, _, _ = pair()
    for path in ("/loglevel?level=debug", "/tap"):
        with Client(sidecar.admin_port) as client:
            reply = client.ask(request("POST", path, [("Origin", "http://evil.test")]))
            assert reply.status == 403 and "Origin" in json.loads(reply.body)["detail"]
    assert set(json.loads(sidecar.ask("/loglevel")[1])["levels"].values()) == {"info"}
