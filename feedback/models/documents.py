from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from limiter.models.ids import UUIDv7Field


class Document(models.Model):
    """A piece of writing on its way from submission to feedback."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"  # committed; being read and split
        ANALYSING = "analysing", "Sections in analysis"
        SUMMARISING = "summarising", "Summary in writing"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Failed"  # nothing could be given: `problem` says why
        CANCELLED = "cancelled", "Cancelled"

    ENDED = (State.COMPLETE, State.FAILED, State.CANCELLED)

    id = UUIDv7Field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="documents")
    assignment = models.ForeignKey(
        "Assignment", null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    title = models.CharField(max_length=200)
    upstream = models.CharField(max_length=64, help_text="Which upstream its provider calls pass.")
    submission_key = models.CharField(
        max_length=64, help_text="Made with the form: the same form sent twice is one document."
    )
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    problem = models.TextField(blank=True, help_text="What went wrong, in words for the student.")
    warnings = models.JSONField(default=list, blank=True)
    text = models.TextField(blank=True)
    headings = models.JSONField(default=list, blank=True, help_text="[start, end, level, title] of each.")
    generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "submission_key"], name="document_submitted_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False, state__in=["complete", "failed", "cancelled"])
                | Q(finished_at__isnull=True, state__in=["received", "analysing", "summarising"]),
                name="document_finished_when_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(problem=""), name="document_failure_has_words"
            ),
        ]
        indexes: ClassVar = [
            # selectors.documents_of: a person's list, newest first.
            models.Index(fields=["owner", "-id"], name="document_by_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ended(self) -> bool:
        return self.state in self.ENDED


class Upload(models.Model):
    """The bytes as they were handed in, until they are read."""

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="upload"
    )
    filename = models.CharField(max_length=255)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.filename


class Section(models.Model):
    """A slice of a document's text; the sections joined are the text."""

    id = UUIDv7Field()
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=300, help_text="Where it stands, in words.")
    heading_path = models.JSONField(default=list, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["document", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "position"], name="section_position_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="section_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]
