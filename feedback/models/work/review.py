"""A teacher's review of feedback before a student reads it: reads, edits (each kept), and releases."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from limiter.models.ids import UUIDv7Field

from .feedback import KIND_NAMES


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


class Reading(models.Model):
    """A teacher's reading of a text before its release: how far it is, and what they will say with it."""

    document = models.OneToOneField(
        "Document", on_delete=models.CASCADE, primary_key=True, related_name="reading"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="readings"
    )
    read_at = models.DateTimeField(
        null=True, help_text="When the teacher was done with it. Empty: they are not yet."
    )
    grade = models.CharField(max_length=40, blank=True, help_text="The student sees it once it is released.")
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change.")
    edited_in = models.CharField(max_length=36, blank=True, help_text="Which open page changed it last.")

    def __str__(self) -> str:
        return f"Reading of {self.document_id}"


class Edit(models.Model):
    """One change of what a model wrote: its text before and after, its author and time."""

    class Part(models.TextChoices):
        SUMMARY = "summary", _("Summary")
        STRENGTHS = "strengths", _("What works")
        NEXT_STEPS = "next_steps", _("What to do next")
        LEVEL = "level", _("Level")
        MESSAGE = "message", _("Comment")
        SUGGESTION = "suggestion", _("Suggestion")
        KIND = "kind", _("Kind of a comment")
        ORDER = "order", _("Order of comments")
        ADDED = "added", _("Comment added")
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
    kept = models.JSONField(
        null=True, help_text="Of a comment that was taken out: all its fields, so that it can be put back."
    )
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="undone_by", help_text="The change that"
        " this one takes back."
    )  # fmt: skip
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


class BankedComment(models.Model):
    """A comment that a teacher keeps for the next text that needs it: their own, seen by nobody else."""

    id = UUIDv7Field()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="banked_comments"
    )
    kind = models.CharField(max_length=10, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    message = models.TextField()
    suggestion = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(message=""), name="banked_comment_says_something"),
        ]

    def __str__(self) -> str:
        return self.message[:80]
