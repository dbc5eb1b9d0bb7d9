from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import Assignment, User
from feedback.selectors.intake.history import HistoryFilter, Show, assignments_of_writer


class HistoryForm(forms.Form):
    """Search and filters, from the address: what makes no sense there is left out."""

    q = forms.CharField(
        required=False,
        max_length=200,
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Word in title or text")}),
    )
    show = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            (Show.ALL.value, _("All")),
            (Show.OPEN.value, _("Being worked on")),
            (Show.READY.value, _("Feedback is ready")),
            (Show.TEACHER.value, _("With the teacher")),
            (Show.ENDED.value, _("Failed or cancelled")),
        ],
    )
    assignment = forms.ModelChoiceField(
        Assignment.objects.none(), required=False, label=_("Assignment"), empty_label=_("All")
    )
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignment"].queryset = assignments_of_writer(owner)  # type: ignore[attr-defined]

    def wanted(self) -> HistoryFilter:
        self.is_valid()
        data: dict[str, Any] = self.cleaned_data
        assignment = data.get("assignment")
        return HistoryFilter(
            search=data.get("q", "").replace("\x00", ""),
            show=Show(data.get("show", "")),
            assignment=assignment.pk if assignment else None,
            since=data.get("since"),
            until=data.get("until"),
            before=_uuid(data.get("before")),
            after=_uuid(data.get("after")),
        )


def _uuid(value: object) -> UUID | None:
    return value if isinstance(value, UUID) else None
