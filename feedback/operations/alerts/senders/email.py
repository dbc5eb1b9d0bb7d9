"""E-mail to one or more addresses. One thread for an incident: its messages refer to the first."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from feedback.base.mail import SECONDS, hand_over
from feedback.models import AlertReceiver, Delivery
from feedback.operations.alerts.message import Message


def send(message: Message, receiver: AlertReceiver) -> None:
    hand_over(_mail(message, receiver))


def _mail(message: Message, receiver: AlertReceiver) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "marginalia"
    first = f"<{message.incident}@{domain}>"
    headers = {"Message-ID": first, "Auto-Submitted": "auto-generated"}
    if message.transition is not Delivery.Transition.TRIGGER:
        headers |= {"Message-ID": f"<{message.id}@{domain}>", "References": first}
    return EmailMessage(
        subject=f"[Marginalia] {message.headline}",
        body=message.text(),
        to=[address.strip() for address in receiver.address.split(",") if address.strip()],
        headers=headers,
        connection=get_connection(timeout=SECONDS),
    )
