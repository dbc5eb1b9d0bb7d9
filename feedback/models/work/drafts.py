from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from feedback.models.messages import MessageField, MessagesField, is_message
from limiter.models.ids import UUIDv7Field


class Draft(models.Model):
    """The text that a person is about to hand in, kept as they type. Handing it in deletes it.

    Its id is made with the form, so that the same form saved twice is one draft, and handed in
    twice one document.
    """

    id = UUIDv7Field()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="drafts",
        db_index=False,  # draft_by_owner begins with it
    )
    assignment = models.ForeignKey(
        "Assignment", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    previous = models.ForeignKey(
        "Document",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The document that this is a new draft of.",
    )
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    filename = models.CharField(max_length=255, blank=True)
    data = models.BinaryField(null=True, help_text="Of the file; empty: there is none.")
    version = models.PositiveIntegerField(default=1, help_text="Rises with each save.")

    # What was read of it for the preview, and how the student corrected its sections.
    read_of = models.CharField(max_length=64, blank=True, help_text="Digest of the content that was read.")
    read_text = models.TextField(blank=True)
    read_headings = models.JSONField(default=list, blank=True)
    read_warnings = MessagesField(db_column="read_warning_messages")
    read_problem = MessageField(db_column="read_problem_message", help_text="Why it could not be read.")
    # Sentences of the release before, whose processes may still run. The next release takes them away.
    read_warning_texts = models.JSONField(db_column="read_warnings", default=list, blank=True, editable=False)
    read_problem_text = models.TextField(db_column="read_problem", blank=True, editable=False)
    cuts = models.JSONField(
        null=True, blank=True, help_text="[start, title] of each section; empty: as proposed."
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-updated_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(data__isnull=True, filename="") | Q(data__isnull=False) & ~Q(filename=""),
                name="draft_file_whole_or_absent",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="draft_version_from_one"),
            is_message("read_problem", name="draft_problem_is_a_message"),
        ]
        indexes: ClassVar = [
            # selectors.drafts_of: a person's drafts, last edited first.
            models.Index(F("owner"), F("updated_at").desc(), name="draft_by_owner"),
        ]

    def __str__(self) -> str:
        return self.title or self.filename or "Draft"

    @property
    def has_file(self) -> bool:
        return bool(self.filename)
