"""Filters with choices that cost nothing: Django's own would look through a whole table for its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from limiter.models import Upstream

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class UpstreamFilter(admin.SimpleListFilter):
    title = _("upstream")
    parameter_name = "upstream"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in Upstream.objects.values_list("name", flat=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(upstream=self.value()) if self.value() else queryset
