from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class AccessDenial(models.Model):
    """Somebody asked for a document that is another's. One row for each pair, counted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="denials")
    document = models.ForeignKey("Document", on_delete=models.CASCADE, related_name="denials")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-last_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "document"], name="denial_once_a_pair"),
            models.CheckConstraint(condition=Q(times__gte=1), name="denial_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.user} asked for {self.document_id}"
