from __future__ import annotations

from typing import ClassVar

from django.db import models


class SchemaWarmth(models.Model):
    """The last answer of a service in a schema, which it compiles for the first and keeps for a day.

    The service keeps it for the account and the model; an upstream is one of each.
    """

    upstream = models.CharField(max_length=64)
    model = models.CharField(max_length=128)
    schema = models.CharField(max_length=64, help_text="A digest of the schema and of how it is asked for.")
    warm_at = models.DateTimeField(null=True, blank=True, help_text="Of the last answer. Empty: none yet.")
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When a call was put in line for no other purpose."
    )

    class Meta:
        ordering: ClassVar = ["upstream", "model"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upstream", "model", "schema"], name="schema_warmth_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.upstream}"
