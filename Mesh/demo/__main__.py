"""The command line of Mesh/up: start the mesh, send one signed message, tell its story, stop."""

import argparse
import http.client
import sys

from rig import accesslog, signatures
from rig.processes import Failed, stop_on_signals

from . import mesh, story

SECRET = "app-secret"
DIRECTORY = ".build/mesh/demo"


def arguments():
    parser = argparse.ArgumentParser(prog="Mesh/up", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the mesh running and say what to try with it")
    parser.add_argument("--stop", action="store_true", help="end what an earlier --keep left running")
    parser.add_argument("--fault", choices=["wrong-secret", "backend-down", "hop-missing"],
                        help="break one thing first; the story tells it and the exit is non-zero")
    parser.add_argument("--sidecar", default=".build/release/outrigger-sidecar", help=argparse.SUPPRESS)
    return parser.parse_args()


def send(body, secret):
    """Posts the message as Meta does. Returns (status, x-outrigger-reason)."""
    connection = http.client.HTTPConnection("127.0.0.1", mesh.EDGE, timeout=20)
    connection.request("POST", "/webhooks/whatsapp", body, {
        "Content-Type": "application/json", "User-Agent": "facebookexternalua",
        signatures.HEADER: signatures.meta(secret, body)})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("x-outrigger-reason", "")


def collect(demo, body, status, reason):
    """Each process's record of the message; the demo sends one at a time, so the last one is it."""
    def last(name, seconds):
        found = accesslog.wait_for(demo.path(name), 1, seconds=seconds)
        return found[-1] if found else None
    edge = last("edge.log", 3)
    # Nobody behind the edge can have a record when the edge itself refused.
    reached = edge is not None and not edge.get("reason")
    inbound = last("inbound.log", 3 if reached else 0.3)
    return story.Evidence(body, status, reason, edge, inbound, last("backend.records", 0.3))


def run(options, demo):
    demo.check()
    print("Making certificates, starting the backend and two sidecars …", file=sys.stderr)
    demo.prepare()
    demo.start_backend()
    if options.fault != "hop-missing":
        demo.start_inbound()
    demo.start_edge()
    if options.fault == "backend-down":
        demo.processes["backend"].stop()
    body = demo.path("message.json").read_bytes()
    status, reason = send(body, "another-secret" if options.fault == "wrong-secret" else SECRET)
    print("\n  A WhatsApp message, from Meta's door to the service")
    return story.tell(collect(demo, body, status, reason))


def explain(demo):
    """What to try with a mesh that goes on running. Every line can be pasted into a shell at the project's root."""
    url = f"http://127.0.0.1:{mesh.EDGE}/webhooks/whatsapp"
    message, unknown = (f"{DIRECTORY}/{name}" for name in ("message.json", "unknown.json"))
    sign = f"openssl dgst -sha256 -hmac {SECRET} -r"
    post = "curl -si -H 'content-type: application/json'"
    print(f"""
  Running:
      edge       http://127.0.0.1:{mesh.EDGE}        admin http://127.0.0.1:{mesh.EDGE_ADMIN}
      inbound    mutual TLS on 127.0.0.1:{mesh.INBOUND}  admin http://127.0.0.1:{mesh.INBOUND_ADMIN}
      backend    http://127.0.0.1:{mesh.BACKEND}
      records    {DIRECTORY}/edge.log, inbound.log, backend.records

  Try a forged signature:
      {post} -H "x-hub-signature-256: sha256=$(printf '%064d' 0)" --data-binary @{message} {url}

  Try a number that is no tenant's:
      {post} -H "x-hub-signature-256: sha256=$({sign} {unknown} | cut -c1-64)" --data-binary @{unknown} {url}

  Kill the backend, then send a good message:
      kill {demo.processes['backend'].pid}; sleep 1; {post} -H "x-hub-signature-256: sha256=$({sign} {message} | cut -c1-64)" --data-binary @{message} {url}

  Stop it all:
      Mesh/up --stop""")


def main():
    options = arguments()
    stop_on_signals()
    if options.stop:
        ended = mesh.stop_left_running(DIRECTORY)
        print(f"Stopped: {', '.join(ended)}." if ended else "Nothing of the demo is running.")
        return 0
    demo, keeping = mesh.DemoMesh(DIRECTORY, options.sidecar, detached=options.keep), False
    try:
        good = run(options, demo)
        keeping = options.keep
    finally:
        if not keeping and demo.processes:
            demo.stop()
    if keeping:
        explain(demo)
    print("\n  " + ("The message arrived." if good else "The message did not arrive."))
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, OSError) as failure:
        print(f"Mesh/up: {failure}", file=sys.stderr)
        sys.exit(1)
