from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from feedback.models.messages import MessageField, MessagesField, is_message
from feedback.models.people.courses import Urgency
from limiter.models.ids import UUIDv7Field


class Searchable(Func):
    """Title and text as words, in no language in particular.

    A tsvector holds a megabyte at most, which the first 150,000 characters never fill.
    """

    template = "to_tsvector('simple', left(%(expressions)s, 150000))"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


class Document(models.Model):
    """A piece of writing on its way from submission to feedback."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")  # committed; being read and split
        ANALYSING = "analysing", _("Sections in analysis")
        SUMMARISING = "summarising", _("Summary in writing")
        COMPLETE = "complete", _("Complete")
        FAILED = "failed", _("Failed")  # nothing could be given: `problem` says why
        CANCELLED = "cancelled", _("Cancelled")

    ENDED = (State.COMPLETE, State.FAILED, State.CANCELLED)

    id = UUIDv7Field()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="documents")
    assignment = models.ForeignKey(
        "Assignment", null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )  # without its assignment what waits for a review could never be released
    title = models.CharField(max_length=200)
    upstream = models.CharField(max_length=64, help_text="Which upstream its provider calls pass.")
    submission_key = models.CharField(
        max_length=64, help_text="Made with the form: the same form sent twice is one document."
    )
    urgency = models.CharField(max_length=8, choices=Urgency, default=Urgency.NOW)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    problem = MessageField(db_column="problem_message", help_text="What went wrong, for the student.")
    warnings = MessagesField(
        db_column="warning_messages", help_text="What was not read of it, or not surely."
    )
    # Sentences of the release before, whose processes may still run. The next release takes them away.
    problem_text = models.TextField(db_column="problem", blank=True, editable=False)
    warning_texts = models.JSONField(db_column="warnings", default=list, blank=True, editable=False)
    text = models.TextField(blank=True)
    headings = models.JSONField(default=list, blank=True, help_text="[start, end, level, title] of each.")
    emphasis = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text="[start, end, style] of what is in bold or italics, raised or lowered.",
    )
    cuts = models.JSONField(
        null=True, blank=True, help_text="[start, title] of each section, as the student marked them."
    )
    cuts_of = models.CharField(max_length=64, blank=True, help_text="Digest of the text that was marked.")
    previous = models.OneToOneField(  # one successor each: drafts are a chain, never a tree
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="next",
        help_text="The draft before this one.",
    )  # fmt: skip
    revision = models.PositiveSmallIntegerField(default=1, help_text="Which draft of the same writing.")
    draft = models.UUIDField(null=True, editable=False, help_text="The draft that became this document.")
    reviewed = models.BooleanField(
        default=False, help_text="Its feedback is its owner's to read once a teacher has released it."
    )
    generation = models.PositiveIntegerField(default=1)
    trace = models.CharField(max_length=55, blank=True, help_text="The traceparent of its submission.")
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
                condition=~Q(state="failed") | Q(problem__isnull=False) | ~Q(problem_text=""),
                name="document_failure_has_a_problem",
            ),
            is_message("problem", name="document_problem_is_a_message"),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | Q(revision__gt=1) & ~Q(previous=F("id")),
                name="document_revision_after_its_previous",
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=["now", "tonight"]), name="document_urgency_known"
            ),
            models.CheckConstraint(
                condition=Q(cuts__isnull=True) | ~Q(cuts_of=""), name="document_cuts_of_a_text"
            ),
        ]
        indexes: ClassVar = [
            # selectors.history: a person's list, newest first.
            models.Index(fields=["owner", "-id"], name="document_by_owner"),
            # selectors.history: a word in the title or the text of one's own documents.
            GinIndex(Searchable("title", "text"), name="document_words"),
            # observe.collector: what is under way, and its owner.
            models.Index(
                fields=["state", "owner"], condition=Q(finished_at__isnull=True), name="document_open"
            ),
            # retention.purging: what is over its time, which is mostly nothing.
            models.Index(
                fields=["state", "finished_at"], condition=Q(finished_at__isnull=False), name="document_over"
            ),
            # The admin's list by state, newest first: nearly all are complete, and the key serves those.
            models.Index(fields=["state", "-id"], condition=~Q(state="complete"), name="document_by_state"),
        ]
        permissions: ClassVar = [("reveal_document", "Can read a student's text, which is logged")]

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
    part = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of a long section that was cut: which part this is."
    )
    parts = models.PositiveSmallIntegerField(null=True, blank=True, help_text="And of how many.")
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
