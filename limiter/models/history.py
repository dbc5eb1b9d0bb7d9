"""What was: every version of every configuration, every move of every breaker. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .choices import BreakerStateChoices, EventKindChoices
from .ids import UUIDv7Field
from .rules import RuledModel, at_least, one_of, rule
from .upstream import Upstream


class ConfigVersion(RuledModel):
    """One version of an upstream's settings, with its author and reason."""

    id = UUIDv7Field()
    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    body = models.JSONField(help_text="Every setting of this version.")
    author = models.CharField(max_length=150)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("upstream", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upstream", "version"],
                name="limiter_config_version_once",
                violation_error_message="This version is in the history already.",
            ),
            rule("version", "config_version_counts", at_least(1, "version"), "Versions count from 1."),
            rule("author", "config_version_author", ~Q(author=""), "Say who makes this change."),
            rule("reason", "config_version_reason", ~Q(reason=""), "Say why this is changed."),
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id} v{self.version}"


class BreakerTransition(RuledModel):
    """A move of a breaker. The gate counts its moves since it last lost its memory, so each is kept once."""

    id = UUIDv7Field()
    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=10, choices=BreakerStateChoices)
    to_state = models.CharField(max_length=10, choices=BreakerStateChoices)
    reason = models.CharField(max_length=500)
    epoch = models.CharField(max_length=64)
    generation = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("upstream", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upstream", "epoch", "generation"],
                name="limiter_transition_once",
                violation_error_message="This move is in the history already.",
            ),
            rule(
                "from_state",
                "transition_from",
                one_of("from_state", BreakerStateChoices),
                "This is not a state.",
            ),
            rule(
                "to_state", "transition_to", one_of("to_state", BreakerStateChoices), "This is not a state."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id}: {self.from_state} to {self.to_state}"


class GateEvent(RuledModel):
    """Something that the gate did by itself, with its reason: a breaker's move, a rate that tuned itself.

    The gate numbers its events since it last lost its memory (its epoch), so each is kept once.
    """

    id = UUIDv7Field()
    upstream = models.ForeignKey(Upstream, on_delete=models.PROTECT, related_name="events")
    epoch = models.CharField(max_length=64)
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=20, choices=EventKindChoices)
    before = models.CharField(max_length=100)
    after = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upstream", "epoch", "number"],
                name="limiter_event_once",
                violation_error_message="This event is in the history already.",
            ),
            rule("number", "event_number", at_least(1, "number"), "Events count from 1."),
            rule("kind", "event_kind", one_of("kind", EventKindChoices), "This is not a kind of event."),
        ]
        indexes: ClassVar = [
            # selectors.last_events: the newest of an upstream, of one kind or of all.
            models.Index(fields=["upstream", "-at"], name="limiter_event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id} {self.kind}: {self.before} to {self.after}"
