from __future__ import annotations

from django.contrib import admin

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import Notice
from limiter.admin.classes import ModelAdmin


@admin.register(Notice)
class NoticeAdmin(ReadOnly, ModelAdmin[Notice]):
    """Mails that students asked for, and what became of them."""

    list_display = ("document_id", "channel", "state", "created_at", "sent_at", "error")
    list_filter = ("state", "channel")
    search_fields = ("document__id", "document__owner__email")
    fields = ("document_id", ("channel", "state"), "error", ("created_at", "sent_at"))
    readonly_fields = ("document_id",)
