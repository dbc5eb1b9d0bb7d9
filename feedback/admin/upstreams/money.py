from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy

from feedback.admin.lists.audited import Audited
from feedback.admin.lists.estimate import EstimatingPaginator
from feedback.admin.lists.filters import UpstreamFilter
from feedback.admin.lists.readonly import ReadOnly
from feedback.admin.people.owners import Named
from feedback.models import Budget, Charge, OutputBudget, Price, UsageDay
from feedback.selectors.upstreams.spending import view_of
from feedback.selectors.work.finding import flows_found_by
from feedback.templatetags.operations import money
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Price)
class PriceAdmin(Audited, ModelAdmin[Price]):
    """Prices are never changed after they were charged: a new price is a new row."""

    list_display = (
        "model", "tier", "valid_from", "input", "output", "cache_read", "cache_write", "cache_write_1h",
        "currency", "to_be_checked",
    )  # fmt: skip
    list_filter = ("to_be_checked", "tier", "model")
    search_fields = ("model",)

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.charges.exists())


@admin.register(Budget)
class BudgetAdmin(Audited, ModelAdmin[Budget]):
    list_display = ("__str__", "a_month", "used", "left")
    list_select_related = ("user", "course", "upstream")
    autocomplete_fields = ("user", "course")
    search_fields = ("user__email", "user__name", "course__name", "upstream__name")

    @admin.display(description="monthly", ordering="monthly")
    def a_month(self, budget: Budget) -> str:
        return money(budget.monthly)

    @admin.display(description="used this month")
    def used(self, budget: Budget) -> str:
        return f"{view_of(budget).percent} %"

    @admin.display(description="left this month")
    def left(self, budget: Budget) -> str:
        view = view_of(budget)
        return f"{money(view.left)} {view.currency}"


@admin.register(Charge)
class ChargeAdmin(ReadOnly, Named):
    list_display = ("at", "person", "course", "upstream", "price", "paid", "measured")
    list_filter = ("upstream", "measured")
    list_select_related = ("price",)
    search_fields = ("flow", "group", "job")
    show_full_result_count = False
    fields = ("at", "job", "person", "course", "upstream", "price", "amount", "measured")
    readonly_fields = ("person", "course")

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def paid(self, charge: Charge) -> str:
        return money(charge.amount)


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnly, Named):
    """Usage of days when the work is gone already; what is still here counts by its own rows."""

    list_display = (
        "day", "person", "course", "upstream", "tier", "calls", "failures", "input_tokens", "output_tokens",
        "cache_read_tokens", "cache_write_tokens", "spent",
    )  # fmt: skip
    list_filter = (UpstreamFilter, "day")
    search_fields = ("flow",)
    search_help_text = gettext_lazy("How a person's e-mail address or name begins, or their key.")
    paginator = EstimatingPaginator
    show_full_result_count = False
    fields = (
        "day",
        "person",
        ("course", "upstream", "tier"),
        ("calls", "failures"),
        "input_tokens",
        "output_tokens",
        ("cache_read_tokens", "cache_write_tokens"),
        "spent",
    )
    readonly_fields = ("person", "course", "spent")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[UsageDay], search_term: str
    ) -> tuple[QuerySet[UsageDay], bool]:
        words = search_term.strip()
        return (queryset.filter(flow__in=flows_found_by(words)) if words else queryset), False

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def spent(self, day: UsageDay) -> str:
        return money(day.cost)


@admin.register(OutputBudget)
class OutputBudgetAdmin(ReadOnly, ModelAdmin[OutputBudget]):
    list_display = (
        "model", "output_class", "version", "max_tokens", "cold", "samples", "median", "high", "learnt_at",
    )  # fmt: skip
    list_filter = ("model", "output_class")
