from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Count

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import Feedback
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, ModelAdmin[Feedback]):
    """Admin of feedback: its author and its amount. It quotes the student's text, so its words stay out."""

    list_display = ("document", "section", "provider", "model", "simulated", "comments_given", "created_at")
    list_filter = ("provider", "simulated", "provisional")
    list_select_related = ("document", "section")
    search_fields = ("document__title", "document__owner__email")
    fields = (
        ("document", "section"), "job", ("provider", "model"), ("simulated", "provisional"), "comments_given",
        "created_at",
    )  # fmt: skip
    readonly_fields = ("comments_given",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        given = (
            super().get_queryset(request).defer("document__text", "document__headings", "document__emphasis")
        )
        return given.annotate(number=Count("comments"))

    @admin.display(description="comments", ordering="number")
    def comments_given(self, feedback: Feedback) -> int:
        return int(feedback.number)  # type: ignore[attr-defined]  # annotated
