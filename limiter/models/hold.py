"""An upstream that the system holds by itself, since its provider refuses the whole account.

A hold is apart from the operator's pause. After a while the upstream is on trial: one call at a time goes
through, until the provider accepts one (the hold is over) or refuses the account again (a longer hold).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from .rules import RuledModel, rule, within

STATE = ("held_cause", "held_since", "held_until", "holds", "hold_generation")  # never an operator's setting
LONGEST_CAUSE = 40


class Hold(RuledModel):
    """How long a hold lasts, and the one in force."""

    hold_seconds = models.FloatField(
        default=30, help_text="From a refusal of the account until one call is tried again."
    )
    hold_max_seconds = models.FloatField(
        default=300, help_text="That time doubles with each refused trial up to this."
    )

    held_cause = models.CharField(
        max_length=LONGEST_CAUSE, blank=True, editable=False, help_text="A code. Empty: it is not held."
    )
    held_since = models.DateTimeField(null=True, blank=True, editable=False)
    held_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it is tried again. Empty while held: on trial."
    )
    holds = models.PositiveIntegerField(default=0, editable=False, help_text="Refusals since it is held.")
    hold_generation = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Moves so far. A call from before the last one moves nothing."
    )

    class Meta:
        abstract = True

    @property
    def is_held(self) -> bool:
        """Held or on trial: the provider's last word was a refusal of the account."""
        return bool(self.held_cause)

    @property
    def is_shut(self) -> bool:
        """Held, and not to be tried yet."""
        return self.held_until is not None

    @property
    def is_on_trial(self) -> bool:
        return self.is_held and not self.is_shut

    def next_trial(self, now: datetime) -> datetime:
        """When a hold that begins now, after so many before it, is to be tried."""
        doublings = min(self.holds, 30)  # beyond, the longest time is reached in any case
        return now + timedelta(seconds=min(self.hold_seconds * 2.0**doublings, self.hold_max_seconds))


def hold_rules() -> list[models.CheckConstraint]:
    free = Q(held_cause="", held_since__isnull=True, held_until__isnull=True, holds=0)
    held = ~Q(held_cause="") & Q(held_since__isnull=False, holds__gte=1)
    return [
        rule("held_cause", "upstream_hold_whole", free | held, "A hold has cause, beginning and count."),
        rule(
            "held_until",
            "upstream_hold_ends_later",
            Q(held_until__isnull=True) | Q(held_until__gt=F("held_since")),
            "A hold is tried again after it began.",
        ),
        rule(
            "hold_seconds",
            "upstream_hold_seconds",
            within("hold_seconds", 0.1, 86_400),
            "A hold lasts between a tenth of a second and one day.",
        ),
        rule(
            "hold_max_seconds",
            "upstream_hold_max_seconds",
            Q(hold_max_seconds__gte=F("hold_seconds"), hold_max_seconds__lte=86_400),
            "The longest hold cannot be shorter than the first one, nor more than a day.",
        ),
    ]
