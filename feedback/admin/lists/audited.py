"""Saves and deletions by hand, kept with what was before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from feedback.services.operations import audit

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest


class Audited:
    """For an admin that saves by itself. What goes through a service is kept by that."""

    kept_elsewhere: Sequence[str] = ()  # fields that a service writes, and keeps

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Called once by every page that saves, after the save and in its transaction."""
        untold = ("reason", "seen", *self.kept_elsewhere)
        names = [name for name in form.changed_data if name not in untold]
        before = {} if add else {name: _plain(form.initial.get(name)) for name in names}
        after = {name: _plain(form.cleaned_data.get(name)) for name in names}
        for formset in formsets or ():
            after |= _lines(formset)
        if before or after:
            reason = str(form.cleaned_data.get("reason") or "")
            row = getattr(form, "instance", None) or form.user  # a password's form has a user
            _record(request, "made" if add else "changed", row, before, after, reason)
        return super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]  # a mixin

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        _record(request, "deleted", obj, {"was": str(obj)}, {})
        super().delete_model(request, obj)  # type: ignore[misc]  # a mixin

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for obj in queryset:
            _record(request, "deleted", obj, {"was": str(obj)}, {})
        super().delete_queryset(request, queryset)  # type: ignore[misc]  # a mixin


def _record(request: HttpRequest, what: str, obj: Model, before: Any, after: Any, reason: str = "") -> None:
    author, kind = request.user.get_username(), str(obj._meta.verbose_name)
    audit.record(
        author=author, what=what, kind=kind, subject=obj.pk, before=before, after=after, reason=reason
    )


def _plain(value: Any) -> Any:
    """A row as its name, several as a list of names: what a person reads later."""
    if hasattr(value, "values_list") or isinstance(value, list | tuple | set):
        return [str(each) for each in value]
    return str(value) if hasattr(value, "_meta") else value


def _lines(formset: Any) -> dict[str, list[str]]:
    """What became of the rows below: added, changed, removed."""
    changes = {
        "added": [str(row) for row in formset.new_objects],
        "changed": [f"{row}: {', '.join(names)}" for row, names in formset.changed_objects],
        "removed": [str(row) for row in formset.deleted_objects],
    }
    return {f"{formset.prefix} {name}": rows for name, rows in changes.items() if rows}
