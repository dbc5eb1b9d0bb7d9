from __future__ import annotations

from django.contrib import admin

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import SchemaWarmth
from limiter.admin.classes import ModelAdmin


@admin.register(SchemaWarmth)
class SchemaWarmthAdmin(ReadOnly, ModelAdmin[SchemaWarmth]):
    list_display = ("upstream", "model", "warm_at", "asked_at")
    list_filter = ("upstream",)
