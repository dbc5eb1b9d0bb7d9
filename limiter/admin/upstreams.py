"""The limiter in Django's admin. Nothing is saved but through the services, with an author and a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.html import format_html, format_html_join

from limiter import services
from limiter.configuration.companion import companion
from limiter.gate import GateError
from limiter.models import BreakerTransition, GateEvent, Upstream
from limiter.named.places.standing import concurrency_in_use
from limiter.operations.reports.upstreams import (
    COLUMNS,
    CONCURRENCY_COLUMNS,
    FLOW_COLUMNS,
    concurrency_rows,
    flow_rows,
    notice,
    overview,
)
from limiter.operations.wording import breaker_in_words
from limiter.selectors import upstream_status
from limiter.services.upstreams import uses_of

from .asking import NOT_REACHED
from .classes import UNFOLD, ModelAdmin
from .control import control
from .pools import PoolAdmin
from .preview import preview
from .removal import RemovableAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

__all__ = ["PoolAdmin"]  # registered there
LATELY = 5  # versions on the form itself


class ReadOnly:
    """For histories: rows are only added, and not by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Upstream)
class UpstreamAdmin(RemovableAdmin):
    list_display = (
        "name",
        "now",
        "requests_per_minute",
        "burst",
        "max_in_flight",
        "breaker_mode",
        "is_paused",
        "version",
    )
    readonly_fields = ("live_status", "lately", "version", "changed_at")
    change_list_template = None if UNFOLD else "admin/limiter/plain_list.html"
    list_after_template = "admin/limiter/upstream/standing.html"
    change_form_outer_before_template = "admin/limiter/upstream/acts.html"
    change_form_after_template = "admin/limiter/upstream/try.html"

    fieldsets = (
        (None, {"fields": ("name", "target", "queue", "paused", "live_status")}),
        (
            "Limits",
            {
                "fields": (
                    ("requests_per_minute", "burst"),
                    "requests_algorithm",
                    ("tokens_per_minute", "tokens_burst"),
                    "tokens_algorithm",
                    "tokens_per_day",
                    "day_algorithm",
                    ("multiplier", "follow_multiplier"),
                    "burndown",
                    "refund",
                    ("max_in_flight", "flow_in_flight"),
                    ("line_bound", "backlog_bound"),
                    "lease_seconds",
                    ("hold_seconds", "hold_max_seconds"),
                )
            },
        ),
        (
            "A rate that tunes itself",
            {
                "description": "For limits whose algorithm is adaptive.",
                "fields": (
                    "control_law",
                    ("control_floor", "control_ceiling"),
                    ("control_raise_after", "control_raise_by"),
                    ("control_lower_by", "control_period_seconds"),
                    ("control_recovery_seconds", "control_late_after"),
                ),
            },
        ),
        (
            "Breaker",
            {
                "fields": (
                    "breaker_mode",
                    "breaker_failures",
                    ("breaker_failure_rate", "breaker_slow_rate"),
                    ("breaker_window", "breaker_window_seconds"),
                    "breaker_minimum_calls",
                    ("breaker_slow_first_token", "breaker_slow_per_token"),
                    ("breaker_floor_throttles", "breaker_heal_on_accepted"),
                    ("breaker_open_seconds", "breaker_open_max_seconds"),
                    "breaker_jitter",
                    ("breaker_probes", "breaker_successes"),
                )
            },
        ),
        ("This change", {"fields": ("reason", "seen", ("version", "changed_at"), "lately")}),
    )

    def write(self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str) -> Upstream:
        if new:
            return services.create_upstream(name=key, values=values, author=author, reason=reason)
        return services.change_upstream(upstream=key, changes=values, author=author, reason=reason)

    def uses_of(self, row: Upstream) -> Sequence[str]:
        return uses_of(row.name)

    def remove(self, key: str, *, author: str, reason: str) -> None:
        services.delete_upstream(upstream=key, author=author, reason=reason)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = companion()
        there = found.admin_url(object_id) if found else ""
        has_traffic = bool(
            getattr(settings, "LIMITER_TRAFFIC", None)
        )  # without it there is nothing to replay
        context = {**(extra_context or {}), "companion_url": there, "has_traffic": has_traffic}
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[Any]:
        pages = {"control": control, "preview": self.preview}
        wrap = self.admin_site.admin_view
        ours = [
            path(f"<slug:name>/{word}/", wrap(view), name=f"limiter_upstream_{word}")
            for word, view in pages.items()
        ]
        return [*ours, *super().get_urls()]

    def preview(self, request: HttpRequest, name: str) -> HttpResponse:
        """What was typed, tried on recorded traffic."""
        upstream = get_object_or_404(Upstream, name=name)
        if request.method != "POST" or not self.has_change_permission(request, upstream):
            raise PermissionDenied
        form = self.get_form(request, upstream, change=True)(request.POST, instance=upstream)
        return preview(request, name, form)

    @admin.display(description="lately")
    def lately(self, upstream: Upstream) -> SafeString | str:
        """The last versions; its controls' page has all, with what each made different."""
        rows = (
            (each.version, f"{each.at:%d %b %H:%M}", each.author, each.reason)
            for each in upstream.versions.all()[:LATELY]
        )
        return format_html(
            '<ol class="timeline">{}</ol>', format_html_join("", "<li><b>{}</b> {}, {}: {}</li>", rows)
        )

    @admin.display(description="now")
    def now(self, upstream: Upstream) -> str:
        try:
            live = upstream_status(upstream.name).live
        except GateError:
            return NOT_REACHED
        return f"{breaker_in_words(live.breaker)}, {live.in_flight} in flight, {live.waiting} in line"

    @admin.display(description="paused", ordering="paused")
    def is_paused(self, upstream: Upstream) -> str:
        """In words: a red cross for "no" would look like a fault."""
        if upstream.is_held:
            return "held by itself"
        return "paused" if upstream.paused else "no"

    @admin.display(description="now")
    def live_status(self, upstream: Upstream) -> SafeString | str:
        if not upstream.pk:
            return "Not saved yet."
        try:
            status = upstream_status(upstream.name)
        except GateError as error:
            return f"{NOT_REACHED} {error}"
        flows = flow_rows(status)
        tables = [_sheet(COLUMNS, [overview(status)]), *([_sheet(FLOW_COLUMNS, flows)] if flows else [])]
        return format_html(
            '<div class="wide" tabindex="0">{}<p class="about">{}</p></div>',
            format_html_join("", "{}", ((table,) for table in tables)),
            notice(status),
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With what the named concurrency limits hold now, where there are any."""
        return super().changelist_view(request, {**(extra_context or {}), "standing": _standing()})


def _standing() -> SafeString | str:
    try:
        rows = concurrency_rows(concurrency_in_use())
    except GateError as error:
        return f"{NOT_REACHED} {error}"
    return _sheet(CONCURRENCY_COLUMNS, rows) if rows else ""


def _sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in columns))
    lines = ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows)
    body = format_html_join("", "<tr>{}</tr>", lines)
    return format_html('<table class="sheet"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body)


@admin.register(GateEvent)
class GateEventAdmin(ReadOnly, ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "upstream", "kind", "before", "after", "reason")
    list_filter = ("upstream", "kind")
    list_select_related = ("upstream",)


@admin.register(BreakerTransition)
class BreakerTransitionAdmin(ReadOnly, ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "upstream", "from_state", "to_state", "reason")
    list_filter = ("upstream", "to_state")
    list_select_related = ("upstream",)
