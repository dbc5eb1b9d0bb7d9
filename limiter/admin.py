"""The limiter in Django's admin. Nothing is saved but through the services, with who and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html

from . import services
from .gate import GateError
from .models import BreakerTransition, ConfigVersion, FlowOverride, GroupWeight, Plan, Upstream
from .policies import CAPS
from .report import as_table
from .selectors import upstream_status

if TYPE_CHECKING:
    from django.db import models
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

NOT_REACHED = "The gate cannot be reached."


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Asks why, each time anew, and notices when somebody else was faster."""

    reason = forms.CharField(max_length=500, label="Why", help_text="Kept with the change.")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(reason="", seen=getattr(self.instance, "version", None))

    def clean(self) -> dict[str, Any]:
        now = type(self.instance)._default_manager.filter(pk=self.instance.pk).first()
        if self.instance.pk and now and getattr(now, "version", None) != self.cleaned_data.get("seen"):
            raise forms.ValidationError("Somebody changed this in the meantime: look at it again first.")
        return self.cleaned_data


class ServiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """An admin that hands what was typed to a service. Rows stay: their history and versions need them."""

    form = ReasonForm

    def write(
        self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str
    ) -> models.Model:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        values = {
            name: form.cleaned_data[name]
            for name in (form.changed_data if change else form.cleaned_data)
            if name not in ("reason", "seen", obj._meta.pk.name)
        }
        author, reason = request.user.get_username(), form.cleaned_data["reason"]
        saved = self.write(obj.pk, values, new=not change, author=author, reason=reason)
        obj.__dict__.update(saved.__dict__)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (*fields, obj._meta.pk.name)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnly:
    """For histories: rows are only added, and not by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ConfigVersionInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = ConfigVersion
    fields = ("version", "at", "author", "reason", "body")
    ordering = ("-version",)
    verbose_name_plural = "history"


@admin.register(Upstream)
class UpstreamAdmin(ServiceAdmin):
    list_display = (
        "name",
        "now",
        "requests_per_minute",
        "burst",
        "max_in_flight",
        "breaker_mode",
        "paused",
        "version",
    )
    readonly_fields = ("live_status", "version", "changed_at")
    inlines = (ConfigVersionInline,)
    fieldsets = (
        (None, {"fields": ("name", "target", "queue", "paused", "live_status")}),
        (
            "Limits",
            {
                "fields": (
                    ("requests_per_minute", "burst"),
                    ("max_in_flight", "flow_in_flight"),
                    ("line_bound", "lease_seconds"),
                )
            },
        ),
        (
            "Breaker",
            {
                "fields": (
                    "breaker_mode",
                    "breaker_failures",
                    ("breaker_open_seconds", "breaker_open_max_seconds", "breaker_jitter"),
                    ("breaker_probes", "breaker_successes"),
                )
            },
        ),
        ("This change", {"fields": ("reason", "seen", ("version", "changed_at"))}),
    )

    def write(self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str) -> Upstream:
        if new:
            return services.create_upstream(name=key, values=values, author=author, reason=reason)
        return services.change_upstream(upstream=key, changes=values, author=author, reason=reason)

    @admin.display(description="now")
    def now(self, upstream: Upstream) -> str:
        try:
            live = upstream_status(upstream.name).live
        except GateError:
            return NOT_REACHED
        return f"{live.breaker.value.replace('_', '-')}, {live.in_flight} in flight, {live.waiting} in line"

    @admin.display(description="now")
    def live_status(self, upstream: Upstream) -> SafeString | str:
        if not upstream.pk:
            return "Not saved yet."
        try:
            return format_html("<pre>{}</pre>", as_table([upstream_status(upstream.name)]))
        except GateError as error:
            return f"{NOT_REACHED} {error}"


@admin.register(Plan)
class PlanAdmin(ServiceAdmin):
    list_display = (
        "name",
        "is_default",
        "weight",
        "max_in_flight",
        "in_line",
        "tokens_per_day",
        "changed_at",
    )
    fields = ("name", "is_default", "weight", *CAPS, "reason", "seen")

    def write(self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str) -> Plan:
        if new:
            return services.create_plan(name=key, values=values, author=author, reason=reason)
        return services.change_plan(plan=key, changes=values, author=author, reason=reason)


@admin.register(FlowOverride)
class FlowOverrideAdmin(ServiceAdmin):
    list_display = ("flow", "plan", "weight_factor", "suspended", "max_in_flight", "expires_at", "reason")
    list_filter = ("suspended", "plan")
    list_select_related = ("plan",)
    search_fields = ("flow", "reason")
    fields = ("flow", "plan", "weight_factor", "suspended", *CAPS, "expires_at", "reason", "seen")

    def write(
        self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str
    ) -> FlowOverride:
        return services.set_flow_policy(flow=key, changes=values, author=author, reason=reason)


@admin.register(GroupWeight)
class GroupWeightAdmin(ServiceAdmin):
    list_display = ("group", "weight", "reason", "changed_at")
    search_fields = ("group",)
    fields = ("group", "weight", "reason", "seen")

    def write(
        self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str
    ) -> GroupWeight:
        weight = values["weight"] if "weight" in values else GroupWeight.objects.get(group=key).weight
        return services.set_group_weight(group=key, weight=weight, author=author, reason=reason)


@admin.register(BreakerTransition)
class BreakerTransitionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "upstream", "from_state", "to_state", "reason")
    list_filter = ("upstream", "to_state")
    list_select_related = ("upstream",)
