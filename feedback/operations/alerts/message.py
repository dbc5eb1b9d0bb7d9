"""The message of an incident, in words and as data, the same for all receivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from feedback.models import AlertReceiver, AlertRule, Delivery

from .seed import RULES

Transition = Delivery.Transition
OPENING = {Transition.TRIGGER: "", Transition.ACKNOWLEDGE: "Acknowledged: ", Transition.RESOLVE: "Resolved: "}


@dataclass(frozen=True, slots=True)
class Message:
    id: str  # of the delivery: the same at every attempt
    incident: str  # the same for trigger, acknowledge and resolve
    transition: Transition
    rule: str
    subject: str
    severity: str
    words: str
    advice: str
    value: float
    threshold: float
    began_at: datetime
    url: str
    runbook: str = ""  # the page that says what to do

    @property
    def headline(self) -> str:
        return f"{OPENING[self.transition]}{self.words}"

    def text(self) -> str:
        """In plain words, for people."""
        lines = [
            f"{self.headline}.",
            f"Since {self.began_at:%d %B %Y, %H:%M} UTC. Severity: {self.severity}.",
        ]
        if self.advice and self.transition is Transition.TRIGGER:
            lines.append(self.advice)
        if self.runbook and self.transition is Transition.TRIGGER:
            lines.append(f"What to do: {self.runbook}")
        return "\n\n".join([*lines, self.url] if self.url else lines)

    def data(self) -> dict[str, Any]:
        """For programs; docs/alerts.md lists it."""
        return {
            "id": self.id,
            "incident": self.incident,
            "transition": self.transition.value,
            "rule": self.rule,
            "subject": self.subject,
            "severity": self.severity,
            "summary": self.words,
            "advice": self.advice,
            "value": round(self.value, 3),
            "threshold": self.threshold,
            "began_at": self.began_at.isoformat(),
            "url": self.url,
            "runbook_url": self.runbook,
        }


def message_of(delivery: Delivery) -> Message:
    incident, rule = delivery.incident, delivery.incident.rule
    return Message(
        id=str(delivery.pk),
        incident=str(incident.pk),
        transition=Transition(delivery.transition),
        rule=rule.name,
        subject=incident.subject,
        severity=rule.severity,
        words=incident.words,
        advice=rule.advice,
        value=incident.value,
        threshold=rule.threshold,
        began_at=incident.began_at,
        url=_url(incident.pk),
        runbook=_runbook(rule.name),
    )


def tests_of(receiver: AlertReceiver, *, author: str) -> list[Message]:
    """A test message for a receiver, and its end for those that keep incidents open until they hear of it."""
    key, now = str(uuid7()), timezone.now()
    words = f"This is a test of {receiver.name}, asked for by {author}: nothing is wrong"
    transitions = [Transition.TRIGGER]
    if receiver.kind in AlertReceiver.ACKNOWLEDGING:
        transitions.append(Transition.RESOLVE)
    return [
        Message(
            id=f"{key}-{each.value}", incident=f"test-{key}", transition=each, rule="test", subject="",
            severity=AlertRule.Severity.INFO.value, words=words, advice="", value=0, threshold=0,
            began_at=now, url=str(settings.SITE_URL).rstrip("/"),
        )
        for each in transitions
    ]  # fmt: skip


def _url(incident: object) -> str:
    """Its page in the admin, where the site's own address is known."""
    site = str(settings.SITE_URL).rstrip("/")
    return site + reverse("admin:feedback_incident_change", args=[incident]) if site else ""


def _runbook(rule: str) -> str:
    """The page of a shipped rule, where the docs are served somewhere."""
    docs = str(settings.DOCS_URL).rstrip("/")
    shipped = any(each["name"] == rule for each in RULES)
    return f"{docs}/runbooks/alerts/{rule}.html" if docs and shipped else ""
