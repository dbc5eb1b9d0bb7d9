from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from feedback.dispatch.upstreams import default_upstream, may_wait
from feedback.models import Assignment, Course, Membership, Urgency

if TYPE_CHECKING:
    from feedback.errors import Refused


class Refusable(forms.Form):
    """A form that shows what a service refused at the field that has to change."""

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


class CourseForm(Refusable):
    name = forms.CharField(max_length=200, label=_("Name"), help_text=_("Students choose it by this name."))

    urgency = forms.ChoiceField(
        required=False,
        choices=[("", _("Each student chooses")), *Urgency.choices],
        label=_("How soon is feedback wanted?"),
        help_text=_("What may wait is read at a lower price, after what is urgent."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_wait(default_upstream()):
            del self.fields["urgency"]

    @classmethod
    def of(cls, course: Course) -> CourseForm:
        return cls(initial={"name": course.name, "urgency": course.urgency})


class RosterForm(Refusable):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Columns: email, name, role (student or teacher). Only the address is needed."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Membership.Role.choices)


class AssignmentForm(Refusable):
    title = forms.CharField(max_length=200, label=_("Title"))
    instructions = forms.CharField(
        required=False,
        max_length=20_000,
        label=_("Instructions"),
        help_text=_("What students shall write. The feedback is written with these in mind."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    audience = forms.CharField(
        required=False, max_length=200, label=_("Audience"), help_text=_("Whom the text is written for.")
    )
    deadline = forms.DateTimeField(
        required=False,
        label=_("Deadline"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    past = forms.BooleanField(required=False, label=_("Yes, this deadline is over"))
    reviewed = forms.BooleanField(
        required=False,
        label=_("I read the feedback first, and release it"),
        help_text=_(
            "Students see nothing of it before. It holds for what is handed in from now on; "
            "what waits already stays with you until you release it."
        ),
    )

    asks = False  # about a deadline that is over

    def __init__(self, *args: Any, before: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deadline"].help_text = _("Time zone: %(zone)s.") % {
            "zone": timezone.get_current_timezone_name()
        }

        self.before = before

    @classmethod
    def of(cls, assignment: Assignment) -> AssignmentForm:
        return cls(initial={name: getattr(assignment, name, None) for name in cls.base_fields})

    def clean(self) -> dict[str, Any]:
        """A new deadline that is over already is asked about: most are a slip of the year or the day."""
        cleaned = super().clean() or self.cleaned_data
        deadline, is_meant = cleaned.get("deadline"), cleaned.pop("past", False)
        self.asks = bool(deadline and deadline < timezone.now() and deadline != self.before)
        if self.asks and not is_meant:
            self.add_error("deadline", _("This lies in the past. If it is meant so, say so below."))
        return cleaned
