"""Lists of big tables, newest first: a page begins after the last row of the one before it.

Nothing is counted and nothing is skipped, so the last page costs what the first does. Keys are in the order
in which rows were made.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator

from limiter.admin.classes import ModelAdmin

from .estimate import planned_rows

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

BEFORE, AFTER = "before", "after"  # a key: rows older than it, rows newer than it; after nothing: the oldest


@dataclass(frozen=True, slots=True)
class Cursor:
    """The key that a page begins at."""

    before: Any = None
    after: Any = None
    at_the_oldest: bool = False

    @classmethod
    def of(cls, request: HttpRequest, model: type[Model]) -> Cursor:
        """The first page for what is no key: a mistyped address is no fault to speak of."""
        keys = {name: request.GET[name] for name in (BEFORE, AFTER) if name in request.GET}
        if keys.get(AFTER) == "":
            return cls(at_the_oldest=True)
        with suppress(ValidationError):
            return cls(**{name: model._meta.pk.to_python(value) for name, value in keys.items()})
        return cls()

    @property
    def ascends(self) -> bool:
        return self.at_the_oldest or self.after is not None

    def page_of(self, rows: QuerySet[Any], size: int) -> tuple[list[Any], bool]:
        """One page, the newest first, and whether more follow in the direction it was read in."""
        if self.after is not None:
            rows = rows.filter(pk__gt=self.after)
        elif self.before is not None:
            rows = rows.filter(pk__lt=self.before)
        found = list(rows.order_by("pk" if self.ascends else "-pk")[: size + 1])
        page = found[:size]
        return page[::-1] if self.ascends else page, len(found) > size


class KeysetPage(Paginator[Any]):
    """The one page that was fetched, as the templates expect a paginator."""

    template_name = "admin/partials/leaf.html"


class KeysetChangeList(ChangeList):
    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        for name in (BEFORE, AFTER):  # a filter that is chosen now begins at its own first page
            self.params.pop(name, None)
            self.filter_params.pop(name, None)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        kept = super().get_filters_params(params)
        return {name: value for name, value in kept.items() if name not in (BEFORE, AFTER)}

    def get_results(self, request: HttpRequest) -> None:
        cursor = Cursor.of(request, self.model)
        rows, more = cursor.page_of(self.queryset.order_by(), self.list_per_page)
        self.newer = bool(rows) and (more if cursor.ascends else cursor.before is not None)
        self.older = bool(rows) and (cursor.after is not None if cursor.ascends else more)
        self.result_list: list[Any] = rows
        self.result_count = len(rows)
        self.full_result_count = None
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.paginator = KeysetPage(rows, self.list_per_page)

    @cached_property
    def about(self) -> int:
        """How many rows there may be, as the planner thinks."""
        return max(self.result_count, planned_rows(self.queryset))

    @property
    def links(self) -> dict[str, str]:
        """To the pages around this one that there are."""
        found = {}
        if self.newer:
            found["newest"] = self.get_query_string()
            found["newer"] = self.get_query_string({AFTER: self.result_list[0].pk})
        if self.older:
            found["older"] = self.get_query_string({BEFORE: self.result_list[-1].pk})
            found["oldest"] = self.get_query_string({AFTER: ""})
        return found


class Keyset(ModelAdmin[Any]):
    """For an admin of such a table. It is ordered by its key alone."""

    ordering = ("-pk",)
    list_per_page = 50  # nearly all of a page's time is its rows
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return KeysetChangeList
