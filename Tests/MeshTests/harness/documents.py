"""Configuration documents. Written as JSON, which is YAML: no quoting to get wrong."""

import json


def document(kind, name, spec, tenant=None):
    head = {"kind": kind, "name": name}
    if tenant:
        head["tenant"] = tenant
    return {**head, "spec": spec}


def write(path, documents):
    path.write_text("\n---\n".join(json.dumps(d, indent=1) for d in documents) + "\n")


def edge(port, name="front", **more):
    return document("Listener", name, {"role": "edge", "address": f"127.0.0.1:{port}", **more})


def inbound(port, application, authority, service="backend", name="inbound", **more):
    """An inbound listener with mutual TLS, certificate and key by the authority's leaf of the service's name."""
    return document("Listener", name, {
        "role": "inbound", "address": f"127.0.0.1:{port}", "service": service,
        "application": {"address": f"127.0.0.1:{application}", "protocol": "http1"},
        "tls": {"certificate": {"file": authority.path(f"{service}.pem")},
                "key": {"file": authority.path(f"{service}.key")},
                "clientCertificate": {"authority": {"file": authority.certificate}, "required": True}},
        **more})


def service(*ports, name="backend", **more):
    endpoints = [{"address": f"127.0.0.1:{port}"} for port in ports]
    return document("Service", name, {"protocol": "http1", "endpoints": endpoints, **more})


def mesh_tls(authority, own, peer):
    """A service's `tls`: this side proves `own`, the endpoint must prove `peer`."""
    return {"authority": {"file": authority.certificate}, "certificate": {"file": authority.path(f"{own}.pem")},
            "key": {"file": authority.path(f"{own}.key")}, "peer": f"spiffe://mesh.test/service/{peer}"}


def route(prefix="/", name="everything", to="backend", **more):
    return document("Route", name, {"access": "public", "matches": [{"path": {"prefix": prefix}}],
                                    "backends": [{"service": to}], **more})


def tenant(name, **more):
    return document("Tenant", name, {"displayName": name.title(), **more})


def whatsapp_channel(owner, name, phone=None, business=None, webhook="meta"):
    spec = {"provider": "whatsapp", "webhook": webhook}
    if phone:
        spec["phoneNumberId"] = phone
    if business:
        spec["businessAccountId"] = business
    return document("Channel", name, spec, tenant=owner)


def genesys_channel(owner, name, integration, *secrets, webhook="genesys"):
    return document("Channel", name, {
        "provider": "genesys", "integrationId": integration, "webhook": webhook,
        "verify": {"secrets": [{"value": secret} for secret in secrets]}}, tenant=owner)


def meta_webhook(*secrets, name="meta", token="verify-me"):
    return document("Webhook", name, {"provider": "whatsapp", "secrets": [{"value": s} for s in secrets],
                                      "verifyToken": {"value": token}})


def genesys_webhook(name="genesys", channel_from="path.channel"):
    return document("Webhook", name, {"provider": "genesys", "channelFrom": channel_from})


def webhook_route(path, webhook, name, to="backend", **more):
    """`path` is a match: {"exact": …} or {"template": …}."""
    methods = ["GET", "POST"] if webhook == "meta" else ["POST"]
    return document("Route", name, {"access": "webhook", "webhook": webhook, "backends": [{"service": to}],
                                    "matches": [{"path": path, "methods": methods}], **more})
