"""Senders of messages, one for each kind of receiver."""

from __future__ import annotations

from collections.abc import Callable

from feedback.base.sending import NotSent, Uncertain
from feedback.models import AlertReceiver
from feedback.operations.alerts.message import Message

from . import email, pagerduty, slack, webhook

__all__ = ["NotSent", "Uncertain", "send"]

_SENDERS: dict[str, Callable[[Message, AlertReceiver], None]] = {
    AlertReceiver.Kind.EMAIL: email.send,
    AlertReceiver.Kind.WEBHOOK: webhook.send,
    AlertReceiver.Kind.SLACK: slack.send,
    AlertReceiver.Kind.PAGERDUTY: pagerduty.send,
}


def send(message: Message, receiver: AlertReceiver) -> None:
    """Send once. Raises NotSent or Uncertain."""
    _SENDERS[receiver.kind](message, receiver)
