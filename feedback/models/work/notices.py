from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from limiter.models.ids import UUIDv7Field


class Notice(models.Model):
    """A mail that the owner of a document wants when it is done, and what became of it.

    wanted → sending → sent; back to wanted after a definite failure. A process that died while sending leaves
    it unknown: it may have gone out, and is not sent again.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"

    class State(models.TextChoices):
        WANTED = "wanted", "Wanted"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        UNKNOWN = "unknown", "Unknown"
        FAILED = "failed", "Failed"

    id = UUIDv7Field()
    document = models.ForeignKey("Document", on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(max_length=10, choices=Channel)
    generation = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text="Why it was not sent, for operators.")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document", "channel", "generation"], name="notice_once_a_generation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["wanted", "sending", "sent", "unknown", "failed"]),
                name="notice_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="notice_sent_when_it_was",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} about {self.document_id}: {self.get_state_display()}"
