"""Signing as the providers sign: the same header, two encodings, always over the raw bytes."""

import base64
import hashlib
import hmac

HEADER = "X-Hub-Signature-256"


def _mac(secret, body):
    return hmac.new(secret.encode() if isinstance(secret, str) else secret, body, hashlib.sha256)


def meta(secret, body):
    """WhatsApp Cloud API: lower-case hex."""
    return "sha256=" + _mac(secret, body).hexdigest()


def genesys(secret, body):
    """Genesys Cloud Open Messaging: base64."""
    return "sha256=" + base64.b64encode(_mac(secret, body).digest()).decode()
