from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from limiter.models.ids import UUIDv7Field


class Erasure(models.Model):
    """Something was deleted for good: when, by whom, and figures that say nothing of what it held."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", "Document"
        ACCOUNT = "account", "Account"

    id = UUIDv7Field()
    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.UUIDField(help_text="The id that it had; nothing answers to it any more.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="erasures",
        help_text="Goes with the account.",
    )
    at = models.DateTimeField(auto_now_add=True)

    # For statistics, and so that deleting gives no quota back.
    handed_in_at = models.DateTimeField(null=True)
    sections = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["document", "account"]), name="erasure_kind_known"),
        ]
        indexes: ClassVar = [
            # selectors.usage: what a person used in documents that are gone.
            models.Index(fields=["by", "handed_in_at"], name="erasure_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"
