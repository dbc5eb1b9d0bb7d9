"""Upstreams that stand in for each other: another region, another model, or offline."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q

from .rules import RuledModel, at_least, rule, unset_or, within
from .upstream import Upstream


class Pool(RuledModel):
    """An ordered list of upstreams. Work goes to the first that can take it, and back when it can again.

    One is passed over while it is paused or its breaker is open, and for new work while it is saturated:
    what waits there would start later than `wait_seconds` from now, or fills more than `line_share` of its
    line.
    """

    name = models.SlugField(primary_key=True, max_length=50)
    wait_seconds = models.FloatField(
        null=True, blank=True, help_text="A longer wait than this is saturation. Empty: no wait is."
    )
    line_share = models.FloatField(
        null=True, blank=True, help_text="More of the line than this share is saturation. Empty: nothing is."
    )
    author = models.CharField(max_length=150, editable=False, validators=[MinLengthValidator(1)])
    reason = models.CharField(max_length=500)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            rule(
                "wait_seconds",
                "pool_wait",
                unset_or("wait_seconds", within("wait_seconds", 1, 604_800)),
                "A wait that is too long is between 1 second and a week; leave it empty to wait for ever.",
            ),
            rule(
                "line_share",
                "pool_share",
                unset_or("line_share", within("line_share", 0.01, 1)),
                "A share of the line lies between 0.01 and 1; leave it empty to fill it.",
            ),
            rule("reason", "pool_reason", ~Q(reason=""), "Say why this is changed."),
        ]

    def __str__(self) -> str:
        return self.name


class PoolMember(RuledModel):
    """An upstream's place in its pool. It has one at most, so that work has one way to go."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    upstream = models.OneToOneField(
        Upstream, on_delete=models.PROTECT, primary_key=True, related_name="membership"
    )
    position = models.PositiveSmallIntegerField(help_text="1 is tried first.")

    class Meta:
        ordering = ("pool", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pool", "position"],
                name="limiter_pool_position_once",
                violation_error_message="Another upstream has this place.",
            ),
            rule("position", "pool_position", at_least(1, "position"), "Places count from 1."),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.upstream_id} in {self.pool_id}"
