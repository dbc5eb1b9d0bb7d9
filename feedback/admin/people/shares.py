"""Plan, priority and suspension of many people: what to change, what that comes to, and then the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.models import User
from feedback.models.people.users import PRIORITY_RANGE
from feedback.selectors.accounts.shares import Share, shares_of
from feedback.services.accounts.people import set_shares
from limiter.admin.classes import Choice, why
from limiter.models import Plan

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

AT_ONCE = 200  # people that one click changes: a page answers within seconds
AS_IT_IS, DEFAULT = "", "-"  # "-" is no plan's name
STEPS = ("preview", "change")  # beside the first one, which has no input yet


class SharesForm(forms.Form):
    plan = forms.ChoiceField(required=False, label=gettext_lazy("Plan"), widget=Choice())
    priority = forms.ChoiceField(required=False, label=gettext_lazy("Priority"), widget=Choice())
    suspended = forms.ChoiceField(required=False, label=gettext_lazy("Suspension"), widget=Choice())
    reason = why()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        low, high = PRIORITY_RANGE
        plans = [(plan, plan) for plan in Plan.objects.values_list("name", flat=True)]
        priorities = [(str(step), f"{step:+d}" if step else "0") for step in range(low, high + 1)]
        suspensions = [("yes", _("Suspend: nothing of theirs is admitted")), ("no", _("End the suspension"))]
        for name, choices in (
            ("plan", [(DEFAULT, _("The default plan")), *plans]),
            ("priority", priorities),
            ("suspended", suspensions),
        ):
            self.fields[name].choices = [(AS_IT_IS, _("As it is")), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.changes:
            raise forms.ValidationError(_("Choose what to change: everything is left as it is."))
        return self.cleaned_data

    @property
    def changes(self) -> dict[str, Any]:
        """What was chosen, as the service takes it."""
        chosen, changes = self.cleaned_data, dict[str, Any]()
        if chosen["plan"] != AS_IT_IS:
            changes["plan"] = None if chosen["plan"] == DEFAULT else Plan.objects.get(name=chosen["plan"])
        if chosen["priority"] != AS_IT_IS:
            changes["priority"] = int(chosen["priority"])
        if chosen["suspended"] != AS_IT_IS:
            changes["suspended"] = chosen["suspended"] == "yes"
        return changes


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One of those chosen, now and after the change."""

    user: User
    now: Share
    then: Share

    @property
    def changes(self) -> bool:
        return self.now != self.then


def change_shares(request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
    """An action's page, three times: the form, the preview, and None once it is done."""
    users = list(queryset.select_related("plan").order_by("email")[: AT_ONCE + 1])
    if len(users) > AT_ONCE:
        words = _("Choose at most %(number)d people at once: filter the list first.")
        messages.error(request, words % {"number": AT_ONCE})
        return None
    step = next((step for step in STEPS if step in request.POST), "")
    form = SharesForm(request.POST) if step else SharesForm(initial=request.POST.dict())
    is_valid = bool(step) and form.is_valid()
    if is_valid and step == "change":
        _change(request, users, form)
        return None
    return _page(request, users, form, form.changes if is_valid else {}, is_preview=is_valid)


def _change(request: HttpRequest, users: Sequence[User], form: SharesForm) -> None:
    number = set_shares(
        users=users,
        changes=form.changes,
        author=request.user.get_username(),
        reason=form.cleaned_data["reason"],
    )
    words = ngettext("%(number)d person was changed.", "%(number)d people were changed.", number)
    messages.success(request, words % {"number": number})


def _page(
    request: HttpRequest,
    users: Sequence[User],
    form: SharesForm,
    changes: dict[str, Any],
    *,
    is_preview: bool,
) -> HttpResponse:
    shares = shares_of(users)
    rows = [ShareRow(user, shares[user.pk], replace(shares[user.pk], **changes)) for user in users]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Plan, priority, suspension"),
        "form": form,
        "rows": rows,
        "is_preview": is_preview,
        "changing": sum(row.changes for row in rows),
        "checkbox": ACTION_CHECKBOX_NAME,
        "action": request.POST["action"],
    }
    return TemplateResponse(request, "admin/feedback/user/shares.html", context)
