"""PagerDuty's Events API v2: one dedup key for an incident's trigger, acknowledge and resolve.

https://developer.pagerduty.com/docs/events-api-v2-overview
"""

from __future__ import annotations

from typing import Any

from feedback.base.posting import encode, post
from feedback.models import AlertReceiver, Delivery
from feedback.operations.alerts.message import Message

ADDRESS = "https://events.pagerduty.com/v2/enqueue"
SUMMARY_LENGTH = 1024  # characters


def send(message: Message, receiver: AlertReceiver) -> None:
    post(receiver.address or ADDRESS, encode(_event(message, receiver.secret)))


def _event(message: Message, routing_key: str) -> dict[str, Any]:
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": message.transition.value,
        "dedup_key": f"marginalia-{message.incident}",
    }
    if message.transition is Delivery.Transition.TRIGGER:
        event |= {"client": "Marginalia", "client_url": message.url, "payload": _payload(message)}
    return event


def _payload(message: Message) -> dict[str, Any]:
    return {
        "summary": message.words[:SUMMARY_LENGTH],
        "source": message.subject or "marginalia",
        "severity": message.severity,
        "timestamp": message.began_at.isoformat(),
        "class": message.rule,
        "custom_details": message.data(),
    }
