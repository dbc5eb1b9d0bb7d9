from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import path, reverse

from feedback.admin.lists.audited import Audited
from feedback.dispatch import flows
from feedback.errors import Refused
from feedback.models import Document, User
from feedback.portal.words.wording import counted
from feedback.selectors.accounts.shares import share_of
from feedback.services.accounts import erasure
from feedback.services.accounts.people import set_share
from limiter.admin.classes import (
    AdminPasswordChangeForm,
    ModelAdmin,
    Switch,
    UserChangeForm,
    UserCreationForm,
    why,
)
from limiter.selectors import flow_limits

from .shares import change_shares
from .usage import lately_part, usage_page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

SHARE = ("plan", "priority", "suspended")  # what the limiter must hear of
WHY = "Say why plan, priority or suspension change: it is kept with the change."


class PersonForm(UserChangeForm[User]):
    """Asks why where the person's share changes."""

    suspended = forms.BooleanField(
        required=False, widget=Switch(), help_text="What they hand in waits: nothing of it is admitted."
    )
    reason = why(WHY, required=False)

    class Meta:
        model = User
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["suspended"] = share_of(self.instance).suspended

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
class UserAdmin(Audited, StockUserAdmin[User], ModelAdmin[User]):
    change_password_form = AdminPasswordChangeForm
    form = PersonForm
    add_form = NewPersonForm
    list_display = ("email", "name", "role", "plan", "priority", "is_active", "last_login")
    list_filter = ("role", "plan", "priority", "is_active", "is_staff")
    list_select_related = ("plan",)
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()  # Django's own widget for it can't be read by ear
    readonly_fields = ("may", "last_login", "date_joined")
    actions = ("share",)
    kept_elsewhere = SHARE
    change_form_outer_before_template = "admin/feedback/user/acts.html"
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "password")}),
        ("Plan and priority", {"fields": (("plan", "priority"), "suspended", "reason", "may")}),
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

    def get_urls(self) -> list[Any]:
        """The pages of a person's use: see usage.py."""
        wrap = self.admin_site.admin_view
        ours = [
            path(f"<uuid:key>/{name}/", wrap(view), name=f"feedback_user_{name}")
            for name, view in (("usage", usage_page), ("lately", lately_part))
        ]
        return [*ours, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The share is left as it was by the save: the service sets it, and tells the gate."""
        moved = set(SHARE) & set(form.changed_data) if change else set()
        if moved:
            before = User.objects.select_related("plan").get(pk=obj.pk)
            obj.plan, obj.priority = before.plan, before.priority
        super().save_model(request, obj, form, change)
        if moved:
            set_share(
                user=obj,
                changes={name: form.cleaned_data[name] for name in moved},
                author=request.user.get_username(),
                reason=form.cleaned_data["reason"],
            )

    @admin.action(permissions=["change"], description="Change plan, priority or suspension")
    def share(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return change_shares(request, queryset)

    # Deleting for good, as people do it themselves ------------------------------------------------

    def get_actions(self, request: HttpRequest) -> Any:
        """One at a time: what an account takes along is shown before it goes."""
        offered = super().get_actions(request)
        return {name: each for name, each in offered.items() if name != "delete_selected"}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """In figures: Django would list every job and comment of a person."""
        (user,) = objs
        documents = Document.objects.filter(owner=user).count()
        words = f"{user.email}, with {counted(documents, 'document')} and everything in them"
        return [words], {"users": 1, "documents": documents}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:feedback_user_change", args=[object_id]))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        erasure.delete_account(obj, by=request.user.get_username())

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
