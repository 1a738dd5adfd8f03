"""The end of a process that is told to: nobody who asks is left without an answer."""

import asyncio
import http.client
import json
import os
import signal
import socket
import threading
import time

import pytest

from harness import documents as say
from harness import fleet
from harness.backend import answer
from harness.wire import Client, client_tls, request
from rig.ports import free_port

GRACE = 5.0


def edges(backend, port, tls_port, authority):
    tls = {"certificate": {"file": authority.path("edge.pem")}, "key": {"file": authority.path("edge.key")}}
    return [say.edge(port), say.edge(tls_port, name="front-tls", tls=tls), say.service(backend.port), say.route()]


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=3).close()
        return False
    except ConnectionRefusedError:
        return True


def post(sidecar, path, fields=None, port=None):
    connection = http.client.HTTPConnection("127.0.0.1", port or sidecar.admin_port, timeout=5)
    connection.request("POST", path, headers=fields or {})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text, reply


def ended(sidecar, seconds=GRACE + 3):
    status = sidecar.process.process.wait(seconds)
    sidecar.process = None
    return status


# Under load

@pytest.mark.parametrize("rounds,period", [(20, "500ms"), (1, None)], ids=["20 ends", "the default period"])
def test_no_request_fails_while_sidecars_end(binary, start, authority, rounds, period):
    """Two sidecars take turns: one is told to end, ends, and is started again, while clients of both go on asking."""
    body = b"x" * 60_000
    backend = start.backend(lambda connection, seen: connection.send(answer(body=body if seen.target == "/large" else b"ok")))
    ports = [(free_port(), free_port()) for _ in range(2)]
    sidecars = [start.sidecar(edges(backend, *pair, authority), workers=1 + number, drain=period or "0s")
                for number, pair in enumerate(ports)]
    if period is None:
        # The one that ends: as a command line without the option has it.
        sidecars[0].process.stop()
        sidecars[0].command = lambda *more: [
            binary, "--config", sidecars[0].configuration, "--admin", f"127.0.0.1:{sidecars[0].admin_port}"]
        sidecars[0].start()
        del sidecars[0].command
    seconds = 0.5 if period else 5.0
    plain, secret = [pair[0] for pair in ports], [pair[1] for pair in ports]
    context = client_tls(authority, "edge")
    kinds = [request(), request(target="/large"), request("POST", body=b"y" * 4000)]
    clients = [fleet.Client(plain, kinds[number % 3]) for number in range(36)]
    clients += [fleet.Client(secret, kinds[number % 3], tls=context) for number in range(12)]
    steady = list(clients)
    # Not only kept connections: each request of these comes over a fresh one.
    clients += [fleet.Client(plain, kinds[0], keeps=False) for _ in range(4)]
    for number, client in enumerate(clients):
        client.place = number % 2
    times, over = [], threading.Event()

    async def live():
        await asyncio.gather(*(client.live(over.is_set) for client in clients))

    # Clients have a thread: a process that another thread started would be ended with that thread.
    load = threading.Thread(target=lambda: asyncio.run(live()))
    began = time.monotonic()
    load.start()
    try:
        time.sleep(0.5)
        for number in range(rounds):
            sidecar, pair = sidecars[number % 2], ports[number % 2]
            told = time.monotonic()
            sidecar.process.process.terminate()
            assert sidecar.process.process.wait(seconds + GRACE + 2) == 0
            times.append(time.monotonic() - told)
            assert seconds <= times[-1] < seconds + GRACE
            assert all(refuses(port) for port in pair)
            sidecar.start()
    finally:
        over.set()
        load.join()
    elapsed = time.monotonic() - began
    failures = [failure for client in clients for failure in client.failures]
    assert not failures, (len(failures), failures[:5])
    assert min(client.answered for client in steady) / elapsed >= 10, "clients were too slow for the test to mean much"
    # An end was met by a word, and never by a connection that was gone.
    assert sum(client.told for client in steady) >= rounds * len(steady) / 2
    assert sum(client.ended_idle for client in steady) == 0
    assert max(times) < seconds + 2.5, times


def test_idle_connections_live_until_the_bound(start):
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar([say.edge(port), say.service(backend.port), say.route()], drain="1s")
    with Client(port) as asks, Client(port) as silent:
        for client in (asks, silent):
            assert client.ask(request()).get("connection") is None
        began = time.monotonic()
        sidecar.process.process.terminate()
        sidecar.wait(lambda: sidecar.ask("/readyz")[0] == 503, "not ready at once", seconds=0.5)
        reading = json.loads(sidecar.ask("/readyz")[1])
        assert reading["reason"] == "draining" and not reading["ready"]
        assert 0 < reading["acceptsForMilliseconds"] <= 1000 < reading["endsWithinMilliseconds"] <= 6000
        # Listeners are open, and whoever asks is told.
        with Client(port) as late:
            assert late.ask(request()).get("connection") == "close"
            assert late.socket.recv(1) == b""
        assert asks.ask(request()).get("connection") == "close"
        assert asks.socket.recv(1) == b""
        assert time.monotonic() - began < 1
        assert silent.socket.recv(1) == b""
        assert 0.9 < time.monotonic() - began < 1.6
    assert ended(sidecar) == 0
    assert time.monotonic() - began < 3
    assert refuses(port)


def test_a_request_in_the_moment_of_the_bound(start):
    """It is answered, or its connection ends without a byte and it went to nobody: never a reset."""
    backend, port = start.backend(), free_port()
    sidecar = start.sidecar([say.edge(port), say.service(backend.port), say.route()], drain="1s")
    clients = [Client(port) for _ in range(60)]
    for client in clients:
        assert client.ask(request()).status == 200
    outcomes = []

    def ask_at(client, moment, number):
        time.sleep(max(0.0, moment - time.monotonic()))
        try:
            # A reset that the head meets would break the body's pipe.
            whole = request("POST", f"/at-the-bound/{number}", body=b"body")
            client.send(whole[:-4])
            time.sleep(0.005)
            client.send(whole[-4:])
            got = b""
            while piece := client.socket.recv(65536):
                got += piece
            outcomes.append((number, got))
        except OSError as problem:
            outcomes.append((number, problem))

    sidecar.process.process.terminate()
    sidecar.wait(lambda: sidecar.ask("/readyz")[0] == 503, "draining")
    bound = time.monotonic() + json.loads(sidecar.ask("/readyz")[1])["acceptsForMilliseconds"] / 1000
    threads = [threading.Thread(target=ask_at, args=(client, bound + (number - 40) * 0.003, number))
               for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended(sidecar) == 0
    assert len(outcomes) == len(clients)
    assert not [outcome for outcome in outcomes if isinstance(outcome[1], OSError)], outcomes
    reached = {seen.target for seen in backend.requests}
    answered = [number for number, got in outcomes if got]
    for number, got in outcomes:
        if got:
            head = got.lower()
            assert head.startswith(b"http/1.1 200") and b"connection: close" in head and head.endswith(b"\r\n\r\nok")
        else:
            assert f"/at-the-bound/{number}" not in reached
    assert 0 < len(answered) < len(clients), "the requests were not around the bound"


# By the admin listener

def test_drain_by_post(start):
    backend, port, status = start.backend(), free_port(), free_port()
    sidecar = start.sidecar([say.edge(port), say.service(backend.port), say.route()])
    sidecar.process.stop()
    command = sidecar.command
    sidecar.command = lambda *more: command("--status", f"127.0.0.1:{status}")
    sidecar.start()
    refused = [post(sidecar, "/drain", {"Origin": "http://127.0.0.1"}), post(sidecar, "/drain?period=soon"),
               post(sidecar, "/drain?period=3601s"), post(sidecar, "/drain?time=1s"), post(sidecar, "/drain", port=status)]
    assert [reply[0] for reply in refused] == [403, 400, 400, 400, 404]
    assert sidecar.ask("/drain")[0] == 405 and sidecar.ask("/readyz")[0] == 200

    began = time.monotonic()
    code, text, _ = post(sidecar, "/drain?period=1s")
    first = json.loads(text)
    assert code == 202 and first["draining"] and 900 < first["acceptsForMilliseconds"] <= 1000
    # Neither shortened nor prolonged.
    for query in ("", "?period=0s", "?period=1h"):
        code, text, _ = post(sidecar, "/drain" + query)
        assert code == 202 and 0 < json.loads(text)["acceptsForMilliseconds"] <= first["acceptsForMilliseconds"]
    for where in (sidecar.admin_port, status):
        with Client(where) as client:
            reply = client.ask(request(target="/readyz"))
            assert reply.status == 503 and b'"reason":"draining"' in reply.body
    # What a pod's hook began, its SIGTERM does not cut short.
    sidecar.process.process.terminate()
    with Client(port) as client:
        assert client.ask(request()).get("connection") == "close"
    assert ended(sidecar) == 0
    assert 1 <= time.monotonic() - began < 3


def test_a_second_signal_ends_it_at_once(start):
    gate = threading.Event()
    backend = start.backend(lambda connection, _: (gate.wait(10), connection.send(answer())))
    sidecar = start.sidecar([say.edge(port := free_port()), say.service(backend.port), say.route()], drain="60s")
    with Client(port) as client:
        client.send(request())
        backend.wait_for(1)
        assert post(sidecar, "/drain")[0] == 202
        os.kill(sidecar.process.pid, signal.SIGTERM)
        time.sleep(0.3)
        assert sidecar.process.alive() and not refuses(port)
        os.kill(sidecar.process.pid, signal.SIGINT)
        began = time.monotonic()
        assert ended(sidecar) == 0 and time.monotonic() - began < 1
        gate.set()


def test_requests_under_way_have_the_grace(start):
    """What is begun before the bound is answered behind it; what is not done when the grace is over is cut off."""
    gates = [threading.Event(), threading.Event()]
    backend = start.backend(lambda connection, seen: (
        gates[int(seen.target[1:])].wait(15), connection.send(answer())))
    sidecar = start.sidecar([say.edge(port := free_port()), say.service(backend.port), say.route()], drain="300ms")
    with Client(port) as done, Client(port) as stuck:
        done.send(request(target="/0"))
        stuck.send(request(target="/1"))
        backend.wait_for(2)
        began = time.monotonic()
        sidecar.process.process.terminate()
        sidecar.wait(lambda: refuses(port), "listeners are closed", seconds=3)
        gates[0].set()
        reply = done.answer()
        assert reply.status == 200 and reply.get("connection") == "close"
        assert ended(sidecar) == 0
        assert 5.2 <= time.monotonic() - began < 6.5
        gates[1].set()
