from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from limiter.models.ids import UUIDv7Field

ENOUGH = 20  # the provider's calls, before a share of them means anything


class Drift(models.Model):
    """A provider's count of an upstream's model in an hour, beside ours. The last alone."""

    id = UUIDv7Field()
    upstream = models.CharField(max_length=64, unique=True)
    model = models.CharField(max_length=128)
    since = models.DateTimeField()
    until = models.DateTimeField()
    counted_at = models.DateTimeField(auto_now=True)

    our_calls = models.PositiveBigIntegerField(help_text="That were answered.")
    our_input = models.PositiveBigIntegerField()
    our_output = models.PositiveBigIntegerField()
    our_throttles = models.PositiveBigIntegerField()
    calls = models.PositiveBigIntegerField(help_text="As the provider counted them, and so on.")
    input = models.PositiveBigIntegerField()
    output = models.PositiveBigIntegerField()
    throttles = models.PositiveBigIntegerField()

    class Meta:
        ordering: ClassVar = ["upstream"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="drift_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"{self.upstream}: {self.share:.0f} % not ours"

    @property
    def share(self) -> float:
        """Percent of what the provider counted that is not ours: of calls or of tokens, the larger one.

        Fewer than ours says nothing: its figures come late.
        """
        if self.calls < ENOUGH:
            return 0.0
        theirs = self.input + self.output
        calls = 1 - self.our_calls / self.calls
        tokens = 1 - (self.our_input + self.our_output) / theirs if theirs else 0.0
        return 100 * max(0.0, calls, tokens)
