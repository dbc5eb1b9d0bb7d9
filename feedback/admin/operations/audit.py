from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.html import format_html, format_html_join

from feedback.admin.lists.estimate import EstimatingPaginator
from feedback.admin.lists.readonly import ReadOnly
from feedback.models import AuditEntry
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

EXPORTED = ("at", "who", "what", "kind", "subject", "before", "after", "reason", "request")
MOST = 50_000  # entries in one export


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, ModelAdmin[AuditEntry]):
    list_display = ("at", "who", "what", "kind", "subject", "reason")
    list_filter = ("at",)
    search_fields = ("who", "what", "kind", "subject", "reason", "request")
    paginator = EstimatingPaginator
    show_full_result_count = False
    actions = ("export",)
    fields = (("at", "who"), ("what", "kind", "subject"), "difference", "reason", "request")
    readonly_fields = ("difference",)

    @admin.display(description="before and after")
    def difference(self, entry: AuditEntry) -> SafeString:
        names = list(dict.fromkeys([*entry.before, *entry.after]))
        rows = ((name, _as_text(entry.before.get(name)), _as_text(entry.after.get(name))) for name in names)
        return format_html(
            '<table class="difference"><thead><tr><th scope="col">setting</th><th scope="col">before</th>'
            '<th scope="col">after</th></tr></thead><tbody>{}</tbody></table>',
            format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', rows),
        )

    @admin.action(description="Export as CSV")
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> HttpResponse:
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
        out = csv.writer(answer)
        out.writerow(EXPORTED)
        for row in queryset.values_list(*EXPORTED)[:MOST]:
            out.writerow([_cell(value) for value in row])
        return answer


def _as_text(value: Any) -> str:
    return "none" if value in (None, "") else str(value)


def _cell(value: Any) -> str:
    """A spreadsheet must not take anybody's words for a formula."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
