"""Webhooks from the platforms: real samples byte for byte, and every reason to refuse one."""

import hashlib
import hmac
import json

import pytest

from harness import documents as say
from harness import platforms
from harness.backend import answer
from harness.wire import Client, chunked, request
from rig import signatures
from rig.ports import free_port

GLOBEX_PHONE, GLOBEX_INTEGRATION = "106540352240001", "0b3d8c9e-0000-4000-8000-000000000001"
MIB = 1024 * 1024


class Door:
    """An edge that takes webhooks, before a recording backend."""

    def __init__(self, start, samples):
        self.backend = start.backend()
        self.port = free_port()
        self.sidecar = start.sidecar([
            say.edge(self.port), say.service(self.backend.port),
            *platforms.documents(samples, [
                say.whatsapp_channel("globex", "wa-main", GLOBEX_PHONE),
                say.genesys_channel("globex", "genesys", GLOBEX_INTEGRATION, "globex-secret", "globex-next-secret")])])

    def meta(self, body, secret=platforms.APP_SECRET, signature=None, fields=()):
        signature = signatures.meta(secret, body) if signature is None else signature
        return platforms.post(self.port, platforms.META_PATH, body, signature or None, fields)

    def genesys(self, integration, body, secret=platforms.GENESYS_SECRET, signature=None):
        signature = signatures.genesys(secret, body) if signature is None else signature
        return platforms.post(self.port, platforms.GENESYS_PATH + integration, body, signature or None)


@pytest.fixture(scope="module")
def door(start_once, samples):
    return Door(start_once, samples)


def refused(reply, status, reason):
    assert (reply.status, reply.reason) == (status, reason)
    if status >= 400:
        assert reply.get("content-type") == "application/problem+json"
        assert json.loads(reply.body)["status"] == status


def whatsapp(*phones):
    """A small delivery with one message for each number."""
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [
        {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": {"phone_number_id": phone}}}
        for phone in phones]}]}).encode()


# Samples

def pytest_generate_tests(metafunc):
    import os
    import pathlib
    root = pathlib.Path(os.environ.get("OUTRIGGER_SAMPLES", pathlib.Path(__file__).parents[3] / "shared/samples"))
    for fixture, provider, kinds in (("whatsapp_sample", "whatsapp", platforms.WHATSAPP),
                                     ("genesys_sample", "genesys", platforms.GENESYS)):
        if fixture in metafunc.fixturenames:
            found = platforms.files(root, provider, kinds)
            assert found, f"no {provider} samples in {root}: set OUTRIGGER_SAMPLES"
            metafunc.parametrize(fixture, found, ids=lambda path: path.stem)


def carried(door, reply, body, tenant):
    assert reply.status == 200, f"{reply.status} {reply.reason}"
    seen = door.backend.last
    assert hashlib.sha256(seen.body).digest() == hashlib.sha256(body).digest()
    assert seen.body == body
    assert seen.all("x-outrigger-tenant") == [tenant]
    assert len(seen.get("x-outrigger-flow", "")) == 26
    assert seen.get("content-type") == "application/json"


def test_whatsapp_sample_passes_byte_for_byte(door, whatsapp_sample):
    body = whatsapp_sample.read_bytes()
    carried(door, door.meta(body), body, "acme")


def test_whatsapp_sample_with_a_wrong_secret_is_refused(door, whatsapp_sample):
    count = len(door.backend.requests)
    refused(door.meta(whatsapp_sample.read_bytes(), "another"), 401, "webhook.signature_invalid")
    assert len(door.backend.requests) == count


def test_genesys_sample_passes_byte_for_byte(door, genesys_sample):
    body = genesys_sample.read_bytes()
    integration = json.loads(body)["channel"]["from"]["id"]
    carried(door, door.genesys(integration, body), body, "acme")


def test_genesys_sample_in_hexadecimal_is_refused(door, genesys_sample):
    body = genesys_sample.read_bytes()
    integration = json.loads(body)["channel"]["from"]["id"]
    refused(door.genesys(integration, body, signature=signatures.meta(platforms.GENESYS_SECRET, body)), 401,
            "webhook.signature_invalid")


# Published signature vectors: judged by the verifier, whatever the payload then says.

HEX_VECTORS = ("github-docs", "whatsapp-compact", "whatsapp-spaced-same-json", "whatsapp-same-json-raw-utf8")


@pytest.fixture(scope="module")
def vectors(samples):
    return {entry["name"]: entry for entry in json.loads((samples / "signature-vectors.json").read_bytes())}


@pytest.fixture(scope="module")
def judge(start_once, vectors):
    """An edge whose secrets are the vectors' own: one app's secret each, and one integration's."""
    backend, port = start_once.backend(), free_port()
    body = json.loads(vectors["genesys-open-messaging"]["body"])
    integration = body["channel"].get("from", body["channel"])["id"]
    start_once.sidecar([
        say.edge(port), say.service(backend.port), say.tenant("acme"),
        say.whatsapp_channel("acme", "wa", "1"),
        say.genesys_channel("acme", "genesys", integration, vectors["genesys-open-messaging"]["secret"]),
        say.meta_webhook(*sorted({vectors[name]["secret"] for name in HEX_VECTORS})), say.genesys_webhook(),
        say.webhook_route({"exact": platforms.META_PATH}, "meta", "whatsapp"),
        say.webhook_route({"template": platforms.GENESYS_PATH + "{channel}"}, "genesys", "genesys")], name="judge")
    return port, platforms.GENESYS_PATH + integration


@pytest.mark.parametrize("name", HEX_VECTORS)
def test_published_hexadecimal_signature_is_judged_rightly(judge, vectors, name):
    vector, (port, _) = vectors[name], judge
    body = vector["body"].encode()
    assert platforms.post(port, platforms.META_PATH, body, vector["expected"]).status != 401
    for wrong in (vector["expected"][:-1] + ("0" if vector["expected"][-1] != "0" else "1"),
                  vector["expected"].upper(), vector["expected"][:7] + vector["expected"][7:].upper(),
                  vector["expected"][7:], vector["expected"] + "0", vector["expected"][:-2]):
        refused(platforms.post(port, platforms.META_PATH, body, wrong), 401, "webhook.signature_invalid")
    refused(platforms.post(port, platforms.META_PATH, body + b" ", vector["expected"]), 401,
            "webhook.signature_invalid")


def test_published_base64_signature_is_judged_rightly(judge, vectors):
    vector, (port, path) = vectors["genesys-open-messaging"], judge
    body = vector["body"].encode()
    assert platforms.post(port, path, body, vector["expected"]).status != 401
    rejected = vector["must_reject_hex"]
    for wrong in (rejected if isinstance(rejected, str) else signatures.meta(vector["secret"], body),
                  vector["expected"].rstrip("="), vector["expected"].swapcase(), vector["expected"][7:]):
        refused(platforms.post(port, path, body, wrong), 401, "webhook.signature_invalid")


# Evidence

def test_either_of_two_secrets_is_accepted(door):
    body = whatsapp(GLOBEX_PHONE)
    carried(door, door.meta(body, platforms.OLD_SECRET), body, "globex")


def test_missing_signature_is_refused(door):
    refused(door.meta(whatsapp(GLOBEX_PHONE), signature=""), 401, "webhook.signature_invalid")


def test_two_signatures_are_refused(door):
    body = whatsapp(GLOBEX_PHONE)
    second = [("X-Hub-Signature-256", signatures.meta("another", body))]
    refused(door.meta(body, fields=second), 401, "webhook.signature_invalid")


def test_sha1_signature_alone_is_refused(door):
    body = whatsapp(GLOBEX_PHONE)
    sha1 = "sha1=" + hmac.new(platforms.APP_SECRET.encode(), body, hashlib.sha1).hexdigest()
    refused(door.meta(body, signature="", fields=[("X-Hub-Signature", sha1)]), 401, "webhook.signature_invalid")


def test_each_integration_has_its_own_secrets(door):
    body = json.dumps({"channel": {"id": GLOBEX_INTEGRATION, "from": {"id": GLOBEX_INTEGRATION}}}).encode()
    for secret in ("globex-secret", "globex-next-secret"):
        assert door.genesys(GLOBEX_INTEGRATION, body, secret).status == 200
        assert door.backend.last.get("x-outrigger-tenant") == "globex"
    refused(door.genesys(GLOBEX_INTEGRATION, body, platforms.GENESYS_SECRET), 401, "webhook.signature_invalid")


def test_a_secret_of_one_integration_proves_nothing_for_another(door, samples):
    body = platforms.files(samples, "genesys", ("outbound_text*",))[0].read_bytes()
    own = json.loads(body)["channel"]["from"]["id"]
    reply = door.genesys(GLOBEX_INTEGRATION, body, "globex-secret")
    assert own != GLOBEX_INTEGRATION and reply.status == 403, f"{reply.status} {reply.reason}"


def test_unknown_number_is_refused(door):
    refused(door.meta(whatsapp("999999999999999")), 403, "webhook.tenant_unknown")


def test_no_channel_named_is_refused(door):
    refused(door.meta(b'{"object":"whatsapp_business_account","entry":[]}'), 403, "webhook.tenant_unknown")


def test_unknown_integration_is_refused(door):
    reply = door.genesys("00000000-0000-4000-8000-00000000dead", b"{}")
    assert reply.status in (401, 403), f"{reply.status} {reply.reason}"


def test_batch_of_two_tenants_is_held_back(door, samples):
    phones, _ = platforms.whatsapp_accounts(platforms.files(samples, "whatsapp", platforms.WHATSAPP))
    count = len(door.backend.requests)
    refused(door.meta(whatsapp(GLOBEX_PHONE, sorted(phones)[0])), 503, "webhook.batch_mixed")
    assert len(door.backend.requests) == count


def test_batch_of_one_tenant_passes(door, samples):
    phones, _ = platforms.whatsapp_accounts(platforms.files(samples, "whatsapp", platforms.WHATSAPP))
    body = whatsapp(*sorted(phones))
    carried(door, door.meta(body), body, "acme")


def test_signed_rubbish_is_malformed(door):
    for body in (b"not JSON", b'{"a":', b"", b'{"a":1}}', b"\xff\xfe{}"):
        refused(door.meta(body), 400, "body.malformed")


def test_body_may_come_in_chunks(door):
    body = whatsapp(GLOBEX_PHONE)
    head = request("POST", platforms.META_PATH, [
        ("X-Hub-Signature-256", signatures.meta(platforms.APP_SECRET, body)), ("Transfer-Encoding", "chunked")],
        host="edge.test")
    with Client(door.port) as client:
        client.send(head, chunked(body[:10], body[10:11], body[11:]), pause=0.05)
        assert client.answer().status == 200
    assert door.backend.last.body == body


def test_metrics_count_webhooks(door):
    def count(outcome):
        return door.sidecar.total("outrigger_webhooks_total", provider="whatsapp", outcome=outcome)
    accepted, refused_signature = count("accepted"), count("refused_signature")
    door.meta(whatsapp(GLOBEX_PHONE))
    door.meta(whatsapp(GLOBEX_PHONE), "another")
    assert (count("accepted"), count("refused_signature")) == (accepted + 1, refused_signature + 1)


# Size: 3 MiB pass, one byte more is refused before it is buffered.

def padded(size):
    body = whatsapp(GLOBEX_PHONE)
    return body[:-1] + b" " * (size - len(body)) + b"}"


def test_body_of_three_mebibytes_passes(door):
    body = padded(3 * MIB)
    reply = door.meta(body)
    assert reply.status == 200, f"{reply.status} {reply.reason}"
    assert door.backend.last.body == body


def test_body_one_byte_over_is_refused(door):
    refused(door.meta(padded(3 * MIB + 1)), 413, "body.too_large")


def test_announced_body_is_refused_before_it_is_sent(door):
    head = request("POST", platforms.META_PATH, [("X-Hub-Signature-256", "sha256=" + "0" * 64),
                                                 ("Content-Length", str(1 << 40))], host="edge.test")
    with Client(door.port) as client:
        refused(client.ask(head), 413, "body.too_large")


# Handshake

def handshake(door, query):
    with Client(door.port) as client:
        return client.ask(request(target=f"{platforms.META_PATH}?{query}", host="edge.test"))


def test_handshake_answers_the_challenge_exactly(door):
    reply = handshake(door, "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me")
    assert (reply.status, reply.body) == (200, b"1158201444")
    assert reply.get("content-type", "").startswith("text/plain")


@pytest.mark.parametrize("query", [
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong", "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-me",
    "hub.mode=subscribe&hub.verify_token=verify-me", "hub.challenge=1&hub.verify_token=verify-me", ""])
def test_handshake_is_refused(door, query):
    refused(handshake(door, query), 403, "webhook.handshake_refused")


# Answers

@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_200_to_meta(start, samples, status):
    backend, port = start.backend(lambda c, _: c.send(answer(status, b""))), free_port()
    start.sidecar([say.edge(port), say.service(backend.port), *platforms.documents(samples)])
    body = platforms.files(samples, "whatsapp", ("msg_text__*",))[0].read_bytes()
    with Client(port) as client:
        signed = [("X-Hub-Signature-256", signatures.meta(platforms.APP_SECRET, body))]
        reply = client.ask(request("POST", platforms.META_PATH, signed, body, host="edge.test"))
        assert reply.status == 200
        # The connection goes on: a 204 without a body became a 200 with one of no bytes.
        assert client.ask(request("POST", platforms.META_PATH, signed, body, host="edge.test")).status == 200


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_failure_stays_one(start, samples, status):
    backend, port = start.backend(lambda c, _: c.send(answer(status, b"no"))), free_port()
    start.sidecar([say.edge(port), say.service(backend.port), *platforms.documents(samples)])
    body = platforms.files(samples, "whatsapp", ("msg_text__*",))[0].read_bytes()
    reply = platforms.post(port, platforms.META_PATH, body, signatures.meta(platforms.APP_SECRET, body))
    assert reply.status == status


def test_host_of_another_tenant_contradicts_the_evidence(start, samples):
    backend, port = start.backend(), free_port()
    documents = platforms.documents(samples)
    documents[1]["spec"]["hosts"] = ["globex.example.test"]
    start.sidecar([say.edge(port), say.service(backend.port), *documents])
    body = platforms.files(samples, "whatsapp", ("msg_text__*",))[0].read_bytes()
    signed = [("X-Hub-Signature-256", signatures.meta(platforms.APP_SECRET, body))]
    with Client(port) as client:
        reply = client.ask(request("POST", platforms.META_PATH, signed, body, host="globex.example.test"))
    refused(reply, 403, "tenant.contradiction")
    assert not backend.requests
