"""Pools in the admin: which upstreams stand in for each other, in which order, and what each does now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy

from limiter import services
from limiter.configuration.pools import Member, look_at_upstreams
from limiter.gate import GateError
from limiter.models import Pool, PoolMember, Upstream
from limiter.operations.wording import member_in_words

from .asking import NOT_REACHED, ReasonForm
from .classes import Choice
from .removal import RemovableAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

FEWEST_PLACES = 2
TONES = {True: ("well", "check_circle"), False: ("slow", "pause_circle")}  # whether it takes new work


class Places(forms.MultiWidget):
    """A choice for each place, the first one tried first."""

    def __init__(self, choices: Sequence[tuple[str, str]], places: int) -> None:
        labels = (f"Upstream in place {number}" for number in range(1, places + 1))
        super().__init__([Choice(attrs={"aria-label": label}, choices=tuple(choices)) for label in labels])

    def decompress(self, value: Sequence[str] | None) -> list[str]:
        named = list(value or [])
        return [*named, *[""] * (len(self.widgets) - len(named))]


class PlacesField(forms.MultiValueField):
    def __init__(self, upstreams: Sequence[str]) -> None:
        choices = [("", "–"), *((name, name) for name in upstreams)]
        places = max(FEWEST_PLACES, len(upstreams))
        fields = [forms.ChoiceField(choices=choices, required=False) for _ in range(places)]
        super().__init__(
            fields,
            widget=Places(choices, places),
            require_all_fields=False,
            required=False,
            label="Order",
            help_text="Work goes to the first that can take it, and back when it can again.",
        )

    def compress(self, data_list: Sequence[str]) -> list[str]:
        return [name for name in data_list if name]


class PoolForm(ReasonForm):
    members = forms.Field()  # in place of which comes one with a choice for each upstream

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"] = PlacesField(list(Upstream.objects.values_list("name", flat=True)))
        self.initial["members"] = [each.upstream_id for each in self.instance.members.all()]

    def clean_members(self) -> list[str]:
        members: list[str] = self.cleaned_data["members"]
        try:
            services.check_members(self.instance.pk or self.cleaned_data.get("name", ""), members)
        except ValidationError as error:
            raise forms.ValidationError(error.message_dict["members"]) from None
        return members


@admin.register(Pool)
class PoolAdmin(RemovableAdmin):
    form = PoolForm
    list_display = ("name", "order", "takes_now", "wait_seconds", "line_share", "changed_at")
    readonly_fields = ("now", "order")
    removal_verb = "dissolve"
    removal_label = gettext_lazy("Dissolve this pool")
    removal_about = gettext_lazy("Each upstream stands alone again; what waits goes on where it is.")
    removal_done = gettext_lazy("The pool %(name)s is dissolved: each of its upstreams stands alone.")

    def get_fields(self, request: HttpRequest, obj: Pool | None = None) -> Any:
        """The order as text, for a user without the right to change it."""
        may_save = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        order = "members" if may_save else "order"
        return ("name", "now", order, ("wait_seconds", "line_share"), "reason", "seen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pool]:
        rows = PoolMember.objects.select_related("upstream").order_by("position")
        found: QuerySet[Pool] = super().get_queryset(request)
        return found.prefetch_related(Prefetch("members", rows))

    def write(self, key: str, values: Mapping[str, Any], *, new: bool, author: str, reason: str) -> Pool:
        changes = {name: value for name, value in values.items() if name != "members"}
        members = values["members"] if "members" in values else _names(Pool.objects.get(name=key))
        return services.set_pool(name=key, members=members, changes=changes, author=author, reason=reason)

    def remove(self, key: str, *, author: str, reason: str) -> None:
        services.remove_pool(name=key, author=author, reason=reason)

    @admin.display(description="order")
    def order(self, pool: Pool) -> str:
        return " → ".join(_names(pool))

    @admin.display(description="new work goes to")
    def takes_now(self, pool: Pool) -> str:
        try:
            return next((each.upstream for each in _look(pool) if each.takes), "none: all are shut or full")
        except GateError:
            return NOT_REACHED

    @admin.display(description="now")
    def now(self, pool: Pool) -> SafeString | str:
        if pool._state.adding:
            return "Not saved yet."
        try:
            found = _look(pool)
        except GateError as error:
            return f"{NOT_REACHED} {error}"
        rows_of = {each.upstream_id: each.upstream for each in pool.members.all()}
        rows = (
            (*TONES[each.takes], each.upstream, _in_words(each, rows_of[each.upstream])) for each in found
        )
        return format_html('<ol class="standing">{}</ol>', format_html_join("", STANDING, rows))


STANDING = (
    '<li><span class="state {}"><span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</span>'
    " <span>{}</span></li>"
)


def _in_words(member: Member, row: Upstream) -> str:
    return member_in_words(member, paused=row.paused, held=row.is_held)


def _names(pool: Pool) -> list[str]:
    return [each.upstream_id for each in pool.members.all()]


def _look(pool: Pool) -> list[Member]:
    return look_at_upstreams(pool, [each.upstream for each in pool.members.all()])
