from __future__ import annotations

from django.contrib import admin

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import AccessDenial
from limiter.admin.classes import ModelAdmin


@admin.register(AccessDenial)
class AccessDenialAdmin(ReadOnly, ModelAdmin[AccessDenial]):
    """The list of refused requests for other people's documents: a mistyped address once, or a search."""

    list_display = ("user", "document_id", "times", "first_at", "last_at")
    list_select_related = ("user",)
    list_filter = ("last_at",)
    search_fields = ("user__email", "document__id")
    fields = ("user", "document_id", "times", ("first_at", "last_at"))
    readonly_fields = ("document_id",)
