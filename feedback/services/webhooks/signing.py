"""Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body, with a secret `whsec_...`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from feedback.base import sealing

PREFIX = "whsec_"
BYTES = 32
PURPOSE = b"marginalia: webhooks"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def seal(secret: str) -> str:
    return sealing.seal(secret, PURPOSE)


def unseal(sealed: str) -> str:
    """Raises sealing.Unreadable."""
    return sealing.unseal(sealed, PURPOSE)


def headers_of(key: str, timestamp: int, body: bytes, signers: Iterable[str]) -> dict[str, str]:
    """`signers`: the secrets that are valid now. A receiver is content where one signature is right."""
    signed = f"{key}.{timestamp}.".encode() + body
    signatures = " ".join(f"v1,{_signature(secret, signed)}" for secret in signers)
    return {"webhook-id": key, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
