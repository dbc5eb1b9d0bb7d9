from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from feedback.models import Budget, Charge, OutputBudget, Price, UsageDay
from feedback.selectors.finding import flows_found_by
from feedback.selectors.spending import view_of
from limiter.admin_classes import ModelAdmin

from .audited import Audited
from .estimate import EstimatingPaginator
from .filters import UpstreamFilter
from .readonly import ReadOnly

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@admin.register(Price)
class PriceAdmin(Audited, ModelAdmin[Price]):
    """Prices are never changed after they were charged: a new price is a new row."""

    list_display = (
        "model", "valid_from", "input", "output", "cache_read", "cache_write", "currency", "to_be_checked",
    )  # fmt: skip
    list_filter = ("to_be_checked", "model")
    search_fields = ("model",)

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.charges.exists())


@admin.register(Budget)
class BudgetAdmin(Audited, ModelAdmin[Budget]):
    list_display = ("__str__", "monthly", "used", "left")
    list_select_related = ("user", "course")
    autocomplete_fields = ("user", "course")
    search_fields = ("user__email", "user__name", "course__name")

    @admin.display(description="used this month")
    def used(self, budget: Budget) -> str:
        return f"{view_of(budget).percent} %"

    @admin.display(description="left this month")
    def left(self, budget: Budget) -> str:
        view = view_of(budget)
        return f"{view.left:.2f} {view.currency}"


@admin.register(Charge)
class ChargeAdmin(ReadOnly, ModelAdmin[Charge]):
    list_display = ("at", "flow", "group", "upstream", "price", "amount")
    list_filter = ("upstream",)
    list_select_related = ("price",)
    search_fields = ("flow", "group", "job")
    show_full_result_count = False


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnly, ModelAdmin[UsageDay]):
    """What was used on days whose work is gone: what is still here counts by its own rows."""

    list_display = (
        "day", "person", "group", "upstream", "calls", "failures", "input_tokens", "output_tokens", "cost",
    )  # fmt: skip
    list_filter = (UpstreamFilter, "day")
    search_fields = ("flow",)
    search_help_text = gettext_lazy("How a person's e-mail address or name begins, or their key.")
    paginator = EstimatingPaginator
    show_full_result_count = False
    fields = (
        "day",
        "person",
        ("group", "upstream"),
        ("calls", "failures"),
        "input_tokens",
        "output_tokens",
        "cost",
    )
    readonly_fields = ("person",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[UsageDay], search_term: str
    ) -> tuple[QuerySet[UsageDay], bool]:
        words = search_term.strip()
        return (queryset.filter(flow__in=flows_found_by(words)) if words else queryset), False

    @admin.display(description=gettext_lazy("person"))
    def person(self, day: UsageDay) -> SafeString | str:
        kind, _sign, key = day.flow.partition(":")
        if kind != "user":
            return day.flow
        address = reverse("admin:feedback_user_usage", args=[key])
        return format_html('<a class="link" href="{}">{}</a>', address, day.flow)


@admin.register(OutputBudget)
class OutputBudgetAdmin(ReadOnly, ModelAdmin[OutputBudget]):
    list_display = (
        "model", "output_class", "version", "max_tokens", "cold", "samples", "median", "high", "learnt_at",
    )  # fmt: skip
    list_filter = ("model", "output_class")
