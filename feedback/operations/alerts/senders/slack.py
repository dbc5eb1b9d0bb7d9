"""An incoming webhook as Slack, Mattermost, Rocket.Chat and others have it."""

from __future__ import annotations

from feedback.base.posting import encode, post
from feedback.models import AlertReceiver, Delivery
from feedback.operations.alerts.message import Message

SIGNS = {"info": "🔵", "warning": "🟠", "critical": "🔴"}
OVER = "🟢"


def send(message: Message, receiver: AlertReceiver) -> None:
    post(receiver.address, encode({"text": _text(message)}))


def _text(message: Message) -> str:
    over = message.transition is Delivery.Transition.RESOLVE
    sign = OVER if over else SIGNS[message.severity]
    first, *rest = _escaped(message.text()).split("\n\n")
    return "\n".join([f"{sign} *{first}*", *rest])


def _escaped(text: str) -> str:
    """Slack's three control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
