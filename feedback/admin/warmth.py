from __future__ import annotations

from django.contrib import admin

from feedback.models import SchemaWarmth
from limiter.admin_classes import ModelAdmin

from .readonly import ReadOnly


@admin.register(SchemaWarmth)
class SchemaWarmthAdmin(ReadOnly, ModelAdmin[SchemaWarmth]):
    list_display = ("upstream", "model", "warm_at", "asked_at")
    list_filter = ("upstream",)
