"""What a teacher does with feedback before a student reads it: edits, each kept, and the release."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from limiter.models.ids import UUIDv7Field


class Release(models.Model):
    """A teacher gave a document's feedback to its owner, with what they themselves have to say.

    For a document under review its row is what lets the feedback be read.
    """

    document = models.OneToOneField(
        "Document", on_delete=models.CASCADE, primary_key=True, related_name="release"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="releases"
    )
    at = models.DateTimeField(auto_now_add=True)
    stands = models.BooleanField(
        default=True, help_text="Not: feedback was written anew since, which a teacher reads first."
    )
    grade = models.CharField(max_length=40, blank=True, help_text="The teacher's own. No model writes here.")
    note = models.TextField(blank=True, help_text="A word to the student.")

    def __str__(self) -> str:
        return f"Release of {self.document_id}"


class Edit(models.Model):
    """One change of what a model wrote: its text before and after, its author and time."""

    class Part(models.TextChoices):
        SUMMARY = "summary", _("Summary")
        STRENGTHS = "strengths", _("What works")
        NEXT_STEPS = "next_steps", _("What to do next")
        LEVEL = "level", _("Level")
        MESSAGE = "message", _("Comment")
        SUGGESTION = "suggestion", _("Suggestion")
        REMOVED = "removed", _("Comment taken out")

    id = UUIDv7Field()
    document = models.ForeignKey("Document", on_delete=models.CASCADE, related_name="edits")
    section = models.ForeignKey(
        "Section", null=True, on_delete=models.SET_NULL, related_name="+", help_text="Empty: the whole text."
    )
    comment = models.ForeignKey("Comment", null=True, on_delete=models.SET_NULL, related_name="edits")
    part = models.CharField(max_length=10, choices=Part)
    subject = models.CharField(max_length=200, blank=True, help_text="The criterion of a level.")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="edits"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="edit_changes_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} of {self.document_id}"
