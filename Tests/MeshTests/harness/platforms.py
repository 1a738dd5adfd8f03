"""A mesh that takes the platforms' webhooks: channels for every account that the samples name."""

import json

from . import documents as say
from .wire import Client, request

APP_SECRET, OLD_SECRET, GENESYS_SECRET = "app-secret", "the secret before it", "integration-secret"
WHATSAPP = ("msg_*", "status_*", "batch_*", "account_*", "template_*", "value_*")
GENESYS = ("outbound_*",)
META_PATH, GENESYS_PATH = "/webhooks/whatsapp", "/webhooks/genesys/"


def files(samples, provider, patterns):
    """The sample files of these kinds, by name."""
    return sorted(path for pattern in patterns for path in (samples / provider).glob(pattern + ".json"))


def whatsapp_accounts(paths):
    """({phone number id: business account id}, {business account ids that come without a number})."""
    phones, accounts = {}, set()
    for path in paths:
        for entry in json.loads(path.read_bytes())["entry"]:
            for change in entry["changes"]:
                number = change["value"].get("metadata", {}).get("phone_number_id")
                if number:
                    phones.setdefault(number, entry["id"])
                else:
                    accounts.add(entry["id"])
    return phones, accounts - set(phones.values())


def integrations(paths):
    """The integration ids of Genesys samples: whom an outbound message is from."""
    return {json.loads(path.read_bytes())["channel"]["from"]["id"] for path in paths}


def documents(samples, extra_channels=()):
    """Tenants, channels, webhooks and routes; listeners and services are the caller's."""
    phones, accounts = whatsapp_accounts(files(samples, "whatsapp", WHATSAPP))
    channels = [say.whatsapp_channel("acme", f"wa-{i}", phone, business)
                for i, (phone, business) in enumerate(sorted(phones.items()))]
    channels += [say.whatsapp_channel("acme", f"waba-{i}", business=business)
                 for i, business in enumerate(sorted(accounts))]
    channels += [say.genesys_channel("acme", f"genesys-{i}", identifier, GENESYS_SECRET)
                 for i, identifier in enumerate(sorted(integrations(files(samples, "genesys", GENESYS))))]
    return [say.tenant("acme"), say.tenant("globex"), *channels, *extra_channels,
            say.meta_webhook(APP_SECRET, OLD_SECRET), say.genesys_webhook(),
            say.webhook_route({"exact": META_PATH}, "meta", "whatsapp"),
            say.webhook_route({"template": GENESYS_PATH + "{channel}"}, "genesys", "genesys")]


def post(port, path, body, signature, fields=()):
    """One delivery on a connection of its own."""
    signed = [("X-Hub-Signature-256", signature)] if signature is not None else []
    with Client(port) as client:
        return client.ask(request("POST", path, [("Content-Type", "application/json"), *signed, *fields], body,
                                  host="edge.test"))
