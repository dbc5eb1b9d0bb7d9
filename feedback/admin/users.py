from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.core.exceptions import ValidationError

from feedback import flows
from feedback.models import User
from feedback.services.people import set_plan_and_priority
from limiter.selectors import flow_limits

if TYPE_CHECKING:
    from django.http import HttpRequest

SHARE = ("plan", "priority")  # what the limiter must hear of
WHY = "Say why plan or priority change: it is kept with the change."


class PersonForm(UserChangeForm[User]):
    """Asks why where plan or priority change."""

    reason = forms.CharField(max_length=500, required=False, label="Why", help_text=WHY)

    class Meta:
        model = User
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if set(SHARE) & set(self.changed_data) and not cleaned.get("reason", "").strip():
            raise ValidationError({"reason": WHY})
        return cleaned


class NewPersonForm(UserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "name", "role")


@admin.register(User)
class UserAdmin(StockUserAdmin[User]):
    form = PersonForm
    add_form = NewPersonForm
    list_display = ("email", "name", "role", "plan", "priority", "is_active", "last_login")
    list_filter = ("role", "plan", "priority", "is_active", "is_staff")
    list_select_related = ("plan",)
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("may", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "password")}),
        ("Plan and priority", {"fields": (("plan", "priority"), "reason", "may")}),
        (
            "Rights",
            {
                "classes": ("collapse",),
                "fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
            },
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "role", "password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Plan and priority are left as they were by the save: the service sets them, and tells the gate."""
        wanted = (obj.plan, obj.priority)
        moved = change and bool(set(SHARE) & set(form.changed_data))
        if moved:
            before = User.objects.select_related("plan").get(pk=obj.pk)
            obj.plan, obj.priority = before.plan, before.priority
        super().save_model(request, obj, form, change)
        if moved:
            set_plan_and_priority(
                user=obj,
                plan=wanted[0],
                priority=wanted[1],
                author=request.user.get_username(),
                reason=form.cleaned_data["reason"],
            )

    @admin.display(description="what this comes to")
    def may(self, user: User) -> str:
        """The limits in force, plan and exceptions taken together."""
        limits = flow_limits(flows.flow_of(user))
        caps = {
            "calls at once": limits.max_in_flight,
            "in line": limits.in_line,
            "requests a minute": limits.requests_per_minute,
            "tokens a day": limits.tokens_per_day,
        }
        known = [f"{value:g} {name}" for name, value in caps.items() if value is not None]
        share = f"weight {limits.weight:g}" + (" (suspended)" if limits.suspended else "")
        return f"Plan {limits.plan or 'none'}: {', '.join([share, *known])}."
