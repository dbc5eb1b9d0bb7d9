from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from feedback.models.upstreams.prices import money


class UsageDay(models.Model):
    """The usage of a person's calls for a course, of one tier on one day, once the calls are gone.

    Figures are moved here from the rows of jobs in the transaction that deletes these: no call is in both.
    """

    day = models.DateField(help_text="On which the calls ended, in UTC.")
    flow = models.CharField(max_length=64)
    group = models.CharField(max_length=64, blank=True)
    upstream = models.CharField(max_length=64)
    tier = models.CharField(
        max_length=16, blank=True, help_text="Service tier that served them. Empty: the provider named none."
    )
    calls = models.PositiveIntegerField(default=0, help_text="Runs that were started.")
    failures = models.PositiveIntegerField(default=0, help_text="Runs that counted against their job.")
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(**money, default=0)

    class Meta:
        ordering: ClassVar = ["-day", "flow"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "flow", "group", "upstream", "tier"], name="usage_day_once"
            ),
            models.CheckConstraint(condition=Q(cost__gte=0), name="usage_day_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls} calls to {self.upstream}"
