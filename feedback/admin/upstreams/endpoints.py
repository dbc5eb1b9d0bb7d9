"""Admin of endpoints and models: changed by services, with an author and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils import timezone

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import Endpoint, LanguageModel, LearntRefusal
from feedback.selectors.upstreams import endpoints as selectors
from feedback.services.upstreams import endpoints, learning
from limiter.admin.asking import ReasonForm, ServiceAdmin
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class EndpointForm(ReasonForm):
    """Refuses at the field what the model can't do, before anything is written."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        names = [name for name in endpoints.SETTINGS if name in cleaned]
        row = Endpoint(upstream=cleaned.get("upstream") or self.instance.upstream)
        for name in names:
            setattr(row, name, cleaned[name])
        try:
            endpoints.check(row)
        except ValidationError as error:
            for name, words in error.message_dict.items():
                self.add_error(name if name in self.fields else None, words)
        return cleaned


@admin.register(Endpoint)
class EndpointAdmin(ServiceAdmin):
    """Admin of endpoints: the model that each upstream calls, which decides what else may be set."""

    form = EndpointForm
    list_display = ("upstream", "provider", "calls", "place", "way_in_force", "version", "changed_at")
    list_select_related = ("upstream", "model")
    readonly_fields = ("in_force", "version", "changed_at")
    autocomplete_fields = ("model",)
    fieldsets = (
        (None, {"fields": ("upstream", "provider", "model", "in_force")}),
        (
            "Where",
            {
                "fields": (
                    ("region", "worldwide"), "called_as", "address",
                    ("credentials_profile", "credentials_role"), "key_variable",
                )
            },
        ),
        (
            "How it is asked",
            {
                "fields": (
                    "way", ("temperature", "top_p"), "longest_answer", ("effort", "tier"),
                    ("cache", "latency"),
                    ("guardrail", "guardrail_version"), "extra_fields",
                )
            },
        ),
        ("This change", {"fields": ("reason", "seen", ("version", "changed_at"))}),
    )  # fmt: skip

    def write(self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str) -> Endpoint:
        return endpoints.change_endpoint(upstream=key, changes=values, author=author, reason=reason)

    @admin.display(description="calls")
    def calls(self, row: Endpoint) -> str:
        target = _target(row)
        return target.model_id if target else "nothing: model and region don't go together"

    @admin.display(description="texts are read in")
    def place(self, row: Endpoint) -> str:
        target = _target(row)
        return target.geography if target else ""

    @admin.display(description="structured answer")
    def way_in_force(self, row: Endpoint) -> str:
        target = _target(row)
        return Endpoint.WayChoices(target.generation.way.value).label if target else ""

    @admin.display(description="in force")
    def in_force(self, row: Endpoint) -> str:
        """What a call is now, all that is empty filled in, and what was learnt left out."""
        target = _target(row) if row.pk else None
        if target is None:
            return "Not saved yet."
        generation = target.generation
        sent = {
            "temperature": generation.temperature,
            "top-p": generation.top_p,
            "effort": generation.effort,
            "cache": generation.cache,
            "tier": generation.tier,
        }
        parts = ", ".join(f"{name} {value}" for name, value in sent.items() if value not in (None, ""))
        where, way = target.region or target.address, self.way_in_force(row)
        way = f"{way[:1].lower()}{way[1:]}"
        return f"{target.model_id} in {where}; an answer {way}; {parts or 'no other setting is sent'}"


def _target(row: Endpoint) -> selectors.Target | None:
    try:
        return selectors.resolve(row)
    except (LookupError, ValueError):
        return None


@admin.register(LanguageModel)
class LanguageModelAdmin(ServiceAdmin):
    """Admin of models and their abilities. A row that is edited here is left alone by new releases."""

    list_display = (
        "title", "model_id", "longest_answer", "accepts_temperature", "accepts_forced_tool",
        "accepts_json_schema", "end_of_life", "edited",
    )  # fmt: skip
    list_filter = ("service", "family", "accepts_forced_tool", "accepts_json_schema", "edited")
    search_fields = ("name", "title", "model_id")
    readonly_fields = ("edited",)
    fieldsets = (
        (None, {"fields": ("name", "title", ("family", "service"), "model_id", "aliases")}),
        ("Where", {"fields": ("geographies", "in_region", ("legacy_from", "end_of_life"))}),
        (
            "What it can do",
            {
                "fields": (
                    ("longest_answer", "context"),
                    ("accepts_temperature", "accepts_top_p", "takes_both_sampling_fields"),
                    ("accepts_tools", "accepts_any_tool", "accepts_forced_tool"),
                    ("accepts_strict_tools", "accepts_json_schema"),
                    ("thinking", "efforts"),
                    ("cache_minimum", "cache_ttls"),
                    "service_tiers",
                )
            },
        ),
        ("How it is counted", {"fields": (("burndown", "requests_enforced"), "count_tokens_id")}),
        ("Where this is from", {"fields": ("sources", "edited")}),
        ("This change", {"fields": ("reason", "seen")}),
    )  # fmt: skip

    def write(
        self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str
    ) -> LanguageModel:
        return endpoints.change_model(name=key, values=values, author=author, reason=reason)


@admin.register(LearntRefusal)
class LearntRefusalAdmin(ReadOnly, ModelAdmin[LearntRefusal]):
    """Admin of learnt refusals: settings that a model refused, and that are not sent to it."""

    list_display = ("upstream", "model_id", "setting", "in_force", "learnt_at", "expires_at", "error")
    list_filter = ("upstream", "setting")
    list_select_related = ("upstream",)
    actions = ("send_again",)

    @admin.display(description="in force", boolean=True)
    def in_force(self, row: LearntRefusal) -> bool:
        return row.undone_at is None and row.expires_at > timezone.now()

    @admin.action(description="Send this setting again", permissions=["operate"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[LearntRefusal]) -> None:
        undone = sum(learning.undo(row, author=request.user.get_username()) for row in queryset)
        messages.info(request, f"{undone} sent again from now on.")
