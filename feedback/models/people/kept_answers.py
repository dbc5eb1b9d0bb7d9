from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from limiter.models.ids import UUIDv7Field


class KeptAnswer(models.Model):
    """The answer to a request that its client may send again with the same key: it is done once.

    It goes with its document, and after a day.
    """

    id = UUIDv7Field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255, help_text="Idempotency-Key, as the client chose it.")
    request = models.CharField(max_length=64, help_text="Digest of what was asked.")
    document = models.ForeignKey(
        "Document", null=True, on_delete=models.CASCADE, related_name="+", help_text="What it speaks of."
    )
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty: the first request is in work.")
    body = models.TextField(blank=True)
    location = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="kept_answer_once_a_key"),
            models.CheckConstraint(
                condition=Q(status__isnull=False) | Q(body="", location=""),
                name="kept_answer_is_whole_or_in_work",
            ),
        ]
        indexes: ClassVar = [
            # retention: those of yesterday.
            models.Index(fields=["begun_at"], name="kept_answer_by_age"),
        ]

    def __str__(self) -> str:
        return self.key
