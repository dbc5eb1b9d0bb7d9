from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.providers.base import CommentKind
from limiter.models.ids import UUIDv7Field

KIND_NAMES = {
    CommentKind.PRAISE: _("Praise"),
    CommentKind.CLARITY: _("Clarity"),
    CommentKind.STRUCTURE: _("Structure"),
    CommentKind.STYLE: _("Style"),
    CommentKind.ARGUMENT: _("Argument"),
    CommentKind.EVIDENCE: _("Evidence"),
    CommentKind.LANGUAGE: _("Language"),
}


class Feedback(models.Model):
    """A provider's feedback on one section, or on the whole document."""

    id = UUIDv7Field()
    document = models.ForeignKey("Document", on_delete=models.CASCADE, related_name="feedback")
    section = models.OneToOneField(
        "Section", null=True, blank=True, on_delete=models.CASCADE, related_name="feedback"
    )
    job = models.OneToOneField("Job", null=True, on_delete=models.SET_NULL, related_name="feedback")
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=128)
    written_with = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="The version that wrote it: the model and a digest of its prompt, or the rules.",
    )
    simulated = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False, help_text="To be replaced when the provider is back.")
    summary = models.TextField()
    strengths = models.JSONField(default=list, blank=True)
    next_steps = models.JSONField(default=list, blank=True)
    levels = models.JSONField(
        default=list,
        blank=True,
        help_text="Criterion, level, evidence, justification of each; whether the evidence is a quotation.",
    )
    cautions = models.JSONField(
        default=list,
        blank=True,
        help_text="What to be careful about in it, as feedback.providers.honesty names it.",
    )
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of the request that it answers: equal requests, equal answers."
    )
    since_revision = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Copied: the draft for which it was written. Empty: written for this one.",
    )
    version = models.PositiveIntegerField(
        default=1, help_text="Raised by each edit: an edit of what was changed meanwhile is a conflict."
    )
    edited_in = models.CharField(
        max_length=36,
        blank=True,
        help_text="Which open page changed it last: that is in no conflict.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "feedback"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(section__isnull=True), name="feedback_one_summary"
            ),
        ]

    def __str__(self) -> str:
        return f"Feedback on {self.section or self.document}"


class Comment(models.Model):
    """A remark on one passage of a section."""

    id = UUIDv7Field()
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="comments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    quote = models.TextField(blank=True)
    start = models.PositiveIntegerField(null=True, help_text="In the section's text; empty: not anchored.")
    end = models.PositiveIntegerField(null=True)
    message = models.TextField()
    suggestion = models.TextField(blank=True)
    criterion = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="As of the feedback that it belongs to.")
    edited_in = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering: ClassVar = ["feedback", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feedback", "position"], name="comment_position_once"),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(end__gt=F("start")),
                name="comment_span_whole_or_absent",
            ),
        ]

    def __str__(self) -> str:
        return self.message[:80]

    @property
    def anchored(self) -> bool:
        return self.start is not None
