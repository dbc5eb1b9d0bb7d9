"""Names for the limiter's keys: the people and courses that own the rows of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.dispatch.flows import NO_COURSE
from feedback.models import Course, User
from feedback.selectors.accounts.owners import courses_of, people_of
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django.utils.safestring import SafeString


class Keyed(Protocol):
    flow: str
    group: str
    owners: tuple[User | None, Course | None]


class NamedChangeList(ChangeList):
    """Finds the names of a page's rows in two queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Any] = list(self.result_list)
        name(self.result_list)


def name(rows: Sequence[Keyed]) -> None:
    people = people_of(row.flow for row in rows)
    courses = courses_of(row.group for row in rows)
    for row in rows:
        row.owners = people.get(row.flow), courses.get(row.group)


class Named(ModelAdmin[Any]):
    """Of rows with a flow and a group: `person` and `course` for its lists and pages."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            name([row])
        return row

    @admin.display(description=gettext_lazy("person"))
    def person(self, row: Keyed) -> SafeString | str:
        """The person's name with a link to their page; the key alone once the person is gone."""
        user, _course = row.owners
        if user is None:
            return row.flow
        address = reverse("admin:feedback_user_usage", args=[user.pk])
        return format_html('<a class="link" href="{}">{}</a>', address, user)

    @admin.display(description=gettext_lazy("course"))
    def course(self, row: Keyed) -> str:
        _user, course = row.owners
        if course is not None:
            return str(course)
        return _("none") if row.group in ("", NO_COURSE) else row.group
