from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from feedback.admin.lists.audited import Audited
from feedback.models import Assignment, Course, Criterion, Membership
from feedback.services.teaching.courses import set_weight
from limiter.admin.classes import ModelAdmin, StackedInline, TabularInline, why

if TYPE_CHECKING:
    from django.http import HttpRequest

WHY = "Say why the weight changes: it is kept with the change."


class CourseForm(forms.ModelForm[Course]):
    reason = why(WHY, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self._changes_weight() and not cleaned.get("reason", "").strip():
            raise ValidationError({"reason": WHY})
        return cleaned

    def _changes_weight(self) -> bool:
        return "weight" in self.changed_data


class MembershipInline(TabularInline[Membership, Course]):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)

    def formfield_for_choice_field(self, *args: Any, **kwargs: Any) -> Any:
        """The title of its column is not the name of a field in it."""
        field = super().formfield_for_choice_field(*args, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = field.label
        return field


@admin.register(Course)
class CourseAdmin(Audited, ModelAdmin[Course]):
    form = CourseForm
    fields = ("name", ("weight", "reason"), "urgency", "allowed_upstreams", "allowed_geographies")
    list_display = ("name", "weight", "urgency", "created_at")
    search_fields = ("name",)
    inlines = (MembershipInline,)

    def save_model(self, request: HttpRequest, obj: Course, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "weight" in form.changed_data:
            set_weight(
                course=obj,
                weight=obj.weight,
                author=request.user.get_username(),
                reason=form.cleaned_data["reason"],
            )


class CriterionInline(StackedInline[Criterion, Assignment]):
    model = Criterion
    extra = 0
    fields = (("position", "name"), "description", "levels")


@admin.register(Assignment)
class AssignmentAdmin(Audited, ModelAdmin[Assignment]):
    list_display = ("title", "course", "deadline")
    list_filter = ("course",)
    list_select_related = ("course",)
    search_fields = ("title", "course__name")
    autocomplete_fields = ("course",)
    inlines = (CriterionInline,)
