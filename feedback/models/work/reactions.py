from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from limiter.models.ids import UUIDv7Field


class Reaction(models.Model):
    """A reader's reaction to a comment: it measures the author of the comment, never the reader."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("Useful")
        ADDRESSED = "addressed", _("Dealt with in my next draft")
        DISMISSED = "dismissed", _("Not for me")
        WRONG = "wrong", _("Wrong")

    id = UUIDv7Field()
    comment = models.ForeignKey("Comment", on_delete=models.CASCADE, related_name="reactions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=500, blank=True, help_text="What is wrong with it.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "person"], name="reaction_once_a_person"),
            models.CheckConstraint(
                condition=Q(verdict__in=["accepted", "addressed", "dismissed", "wrong"]),
                name="reaction_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(verdict="wrong") & ~Q(reason="") | ~Q(verdict="wrong") & Q(reason=""),
                name="reaction_wrong_says_why",
                violation_error_message="Say what is wrong with the comment.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.comment_id}"
