"""The sender for any program: JSON, signed so that the receiver knows its origin and time.

Signature: hex HMAC-SHA-256 over the timestamp, a full stop and the body, under the receiver's secret.
Receivers refuse timestamps that are minutes old, and drop an Idempotency-Key that they have had.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from feedback.base.posting import encode, post
from feedback.models import AlertReceiver
from feedback.operations.alerts.message import Message


def send(message: Message, receiver: AlertReceiver) -> None:
    body, timestamp = encode(message.data()), str(int(time.time()))
    headers = {"Idempotency-Key": message.id, "Marginalia-Timestamp": timestamp}
    if receiver.secret:
        headers["Marginalia-Signature"] = f"v1={signature(receiver.secret, timestamp, body)}"
    post(receiver.address, body, headers)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
