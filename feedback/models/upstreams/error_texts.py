"""Texts of providers' errors that no rule knows, for an operator to class."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from limiter.models.ids import UUIDv7Field


class ErrorText(models.Model):
    """One text, without accounts, keys and students' words. An operator's class applies to it alone."""

    class Concerns(models.TextChoices):
        MOMENT = "moment", "The moment: it is tried again"
        REQUEST = "request", "This request: it ends for this request alone"
        ACCOUNT = "account", "The account: the upstream pauses by itself"

    id = UUIDv7Field()
    fingerprint = models.CharField(max_length=64, unique=True)
    service = models.CharField(max_length=20)
    code = models.CharField(max_length=200, blank=True)
    status = models.PositiveIntegerField(default=0, help_text="Of HTTP; 0: none.")
    text = models.TextField(blank=True)
    seen = models.PositiveIntegerField(default=1, help_text="Times.")
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    concerns = models.CharField(
        max_length=10, choices=Concerns, help_text="By its code or status alone, while nobody says otherwise."
    )
    classed_as = models.CharField(max_length=10, choices=Concerns, blank=True)
    classed_by = models.CharField(max_length=150, blank=True)
    classed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-last_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(concerns__in=["moment", "request", "account"]), name="error_text_concerns"
            ),
            models.CheckConstraint(
                condition=Q(classed_as="", classed_by="", classed_at__isnull=True)
                | Q(classed_as__in=["moment", "request", "account"], classed_at__isnull=False)
                & ~Q(classed_by=""),
                name="error_text_classed_by_somebody",
            ),
            models.CheckConstraint(condition=Q(seen__gte=1), name="error_text_was_seen"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="error_text_last_is_later"),
        ]

    def __str__(self) -> str:
        return self.text[:80] or self.code or str(self.status)

    @property
    def in_force(self) -> str:
        return self.classed_as or self.concerns

    @property
    def state(self) -> str:
        """What was chosen, for the buttons of its page."""
        return self.classed_as or "unclassed"
