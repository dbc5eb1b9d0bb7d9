from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class OutputBudget(models.Model):
    """The allowed length of an answer, learnt from how long answers were. The last version counts."""

    model = models.CharField(max_length=128)
    output_class = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    max_tokens = models.PositiveIntegerField(help_text="What is asked for.")
    cold = models.PositiveIntegerField(help_text="What was asked for before anything was learnt.")
    samples = models.PositiveIntegerField()
    median = models.PositiveIntegerField()
    high = models.PositiveIntegerField(help_text="The length that 99 of 100 answers keep within.")
    learnt_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["model", "output_class", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["model", "output_class", "version"], name="output_budget_version"
            ),
            models.CheckConstraint(condition=Q(max_tokens__gt=0), name="output_budget_positive"),
            models.CheckConstraint(condition=Q(median__lte=F("high")), name="output_budget_quantiles"),
        ]

    def __str__(self) -> str:
        return f"{self.max_tokens} tokens for {self.output_class} of {self.model}"
