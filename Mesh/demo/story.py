"""Telling what happened to one message, from what the processes logged and answered and from nothing else."""

import dataclasses
import hashlib
import sys

# What a person should look at first, for the reasons that a demo can end with.
ADVICE = {
    "webhook.signature_invalid": "The signature does not match the body under any secret of Webhook meta.",
    "webhook.tenant_unknown": "No Channel has the phone_number_id that the payload names.",
    "upstream.connect_failed": "Nobody accepted the connection.",
    "upstream.none_healthy": "The service has no endpoint to send to.",
    "upstream.timeout": "No answer came within the route's timeout.",
    "upstream.reset": "The connection was closed before the answer was whole.",
    "upstream.tls_failed": "The mutual TLS handshake failed.",
}
EDGE_IDENTITY = "spiffe://mesh.test/service/edge"


@dataclasses.dataclass
class Evidence:
    """What there is to read: the answer that the sender got, and each process's record, or None."""

    body: bytes
    status: int
    reason: str          # the answer's x-outrigger-reason, empty when the service answered
    edge: dict
    inbound: dict
    backend: dict


class Teller:
    """Prints steps; remembers whether one of them failed."""

    def __init__(self, out=sys.stdout):
        self.out = out
        self.colours = out.isatty()
        self.good = True

    def colour(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colours else text

    def head(self, text, aside=""):
        print(f"\n  {self.colour('1', text)}  {self.colour('2', aside)}".rstrip(), file=self.out)

    def fact(self, name, value):
        print(f"      {self.colour('32', '✔')} {name:<20} {value}", file=self.out)

    def fault(self, name, value):
        self.good = False
        print(f"      {self.colour('31', '✘')} {name:<20} {value}", file=self.out)

    def check(self, holds, name, value, otherwise):
        self.fact(name, value) if holds else self.fault(name, otherwise)


def milliseconds(record):
    """How long a process had the request, or None."""
    if record is None:
        return None
    if "microseconds" in record:
        return record["microseconds"] / 1000
    return record["totalMicroseconds"] / 1000


def tell(evidence, out=sys.stdout):
    """Returns whether the message arrived as it should."""
    teller = Teller(out)
    _edge(teller, evidence)
    if evidence.inbound is not None:
        _hop(teller, evidence)
    elif evidence.edge is not None and evidence.edge.get("tenant") and evidence.edge.get("reason"):
        teller.head("2  edge → the sidecar beside the service", "mutual TLS")
        teller.fault("hop missing", f"{evidence.edge['reason']}: {_advice(evidence.edge['reason'])}")
    if evidence.backend is not None:
        _backend(teller, evidence)
    elif evidence.inbound is not None:
        teller.head("3  sidecar → service", "plaintext on loopback")
        reason = evidence.inbound.get("reason", "")
        teller.fault("not delivered", f"{reason or 'no record'}: {_advice(reason)}")
    _answer(teller, evidence)
    return teller.good


def _advice(reason):
    return ADVICE.get(reason, "The sidecar's log and the reason's documentation say more.")


def _edge(teller, evidence):
    teller.head("1  Meta → edge", f"POST /webhooks/whatsapp, {len(evidence.body)} bytes")
    edge = evidence.edge
    if edge is None:
        teller.fault("no record", "the edge logged nothing for this request")
        return
    reason = edge.get("reason", "")
    if reason == "webhook.signature_invalid":
        teller.fault("signature refused", f"{reason}: {_advice(reason)}")
        return
    if edge.get("tenant"):
        # A tenant is only ever proved by a verified signature: the edge resolves it after authentication.
        teller.fact("signature verified", "X-Hub-Signature-256, HMAC-SHA256 over the raw bytes")
        teller.fact("tenant", f"{edge['tenant']}, by the Channel that owns the payload's phone_number_id")
    else:
        teller.fault("refused", f"{reason or edge.get('status')}: {_advice(reason)}")


def _hop(teller, evidence):
    teller.head("2  edge → the sidecar beside the service", "mutual TLS")
    inbound = evidence.inbound
    peer = inbound.get("peer", "")
    teller.check(peer == EDGE_IDENTITY, "peer proved to be", peer, f"the hop's peer is {peer or 'nobody'}")
    tenant = inbound.get("tenant", "")
    teller.check(tenant and tenant == evidence.edge.get("tenant"), "tenant accepted", f"{tenant}, asserted by that peer",
                 f"{inbound.get('reason') or 'the hop took no tenant'}")


def _backend(teller, evidence):
    teller.head("3  sidecar → service", "plaintext on loopback")
    seen, headers = evidence.backend, evidence.backend["headers"]
    digest = hashlib.sha256(evidence.body).hexdigest()
    teller.check(seen["sha256"] == digest, "same bytes", f"sha256 {digest[:16]}… at both ends",
                 f"the body changed: sha256 {digest[:16]}… became {seen['sha256'][:16]}…")
    trace = headers.get("traceparent", "").split("-")
    logged = (evidence.edge or {}).get("traceId", "")
    teller.check(len(trace) == 4 and trace[1] == logged, "trace", logged,
                 f"the edge logged {logged or 'none'}, the service saw {headers.get('traceparent', 'none')}")
    tenant = headers.get("x-outrigger-tenant", "")
    teller.check(tenant and tenant == (evidence.edge or {}).get("tenant"), "tenant seen", tenant,
                 f"the service saw {tenant or 'none'}")
    flow = headers.get("x-outrigger-flow", "")
    teller.check(len(flow) == 26, "flow", flow, "the service saw none")
    peer = headers.get("x-outrigger-peer", "")
    teller.check(peer == EDGE_IDENTITY, "peer seen", peer, f"the service saw {peer or 'none'}")


def _answer(teller, evidence):
    edge, inbound, backend = (milliseconds(r) for r in (evidence.edge, evidence.inbound, evidence.backend))
    teller.head("4  the answer", f"{edge:.2f} ms in all" if edge is not None else "")
    said = f"{evidence.status}" + (f" {evidence.reason}" if evidence.reason else "")
    teller.check(evidence.status == 200, "Meta got", f"{said}: delivered", f"{said}: Meta will send it again")
    steps = [("edge and mutual TLS", edge - (inbound or 0) if edge is not None else None),
             ("inbound sidecar", inbound - (backend or 0) if inbound is not None else None),
             ("service", backend)]
    longest = max((value for _, value in steps if value), default=0)
    for name, value in steps:
        if value is not None:
            bar = "▇" * max(1, round(24 * max(value, 0) / longest)) if longest else ""
            print(f"        {name:<20} {value:8.2f} ms  {teller.colour('36', bar)}", file=teller.out)
