"""Plans, what differs for one flow, and the weights of groups in the admin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from limiter import services
from limiter.configuration.policies import CAPS
from limiter.models import FlowOverride, GroupWeight, Plan
from limiter.services.plans import uses_of_plan

from .asking import ServiceAdmin
from .removal import RemovableAdmin


@admin.register(Plan)
class PlanAdmin(RemovableAdmin):
    removal_about = gettext_lazy("No flow has it.")
    list_display = (
        "name",
        "is_default",
        "weight",
        "max_in_flight",
        "in_line",
        "tokens_per_day",
        "changed_at",
    )
    fields = ("name", "is_default", "weight", *CAPS, "allowed_upstreams", "reason", "seen")

    def write(self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str) -> Plan:
        if new:
            return services.create_plan(name=key, values=values, author=author, reason=reason)
        return services.change_plan(plan=key, changes=values, author=author, reason=reason)

    def uses_of(self, row: Plan) -> Sequence[str]:
        return uses_of_plan(row)

    def remove(self, key: str, *, author: str, reason: str) -> None:
        services.delete_plan(plan=key, author=author, reason=reason)


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
class GroupWeightAdmin(RemovableAdmin):
    removal_about = gettext_lazy("The group weighs 1 again, and has no bound of its own.")
    list_display = ("group", "weight", "in_line", "reason", "changed_at")
    search_fields = ("group",)
    fields = ("group", "weight", "in_line", "reason", "seen")

    def write(
        self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str
    ) -> GroupWeight:
        return services.set_group_policy(group=key, changes=values, author=author, reason=reason)

    def remove(self, key: str, *, author: str, reason: str) -> None:
        services.forget_group(group=key, author=author, reason=reason)
