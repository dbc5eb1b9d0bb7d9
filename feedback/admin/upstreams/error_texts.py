from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy, ngettext

from feedback.admin.work.verbs import Verb, WorkAdmin
from feedback.models import ErrorText
from feedback.services.upstreams import error_texts

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

Concerns = ErrorText.Concerns
LABELS = {
    Concerns.MOMENT: gettext_lazy("It concerns the moment"),
    Concerns.REQUEST: gettext_lazy("It concerns this request"),
    Concerns.ACCOUNT: gettext_lazy("It concerns the account"),
}
UNDO = gettext_lazy("Undo what was classed")
STATES = ("unclassed", *Concerns.values)
VERBS = (
    *(
        Verb(each.value, label, error_texts.class_as(each), [s for s in STATES if s != each.value])
        for each, label in LABELS.items()
    ),
    Verb("undo", UNDO, error_texts.undo, Concerns.values),
)


@admin.register(ErrorText)
class ErrorTextAdmin(WorkAdmin):
    """Errors that no rule knows. What is chosen applies to that text alone, at once, and can be undone."""

    list_display = ("__str__", "service", "code", "status", "seen", "last_at", "now_concerns", "classed_by")
    list_filter = ("classed_as", "concerns", "service")
    search_fields = ("text", "code")
    fields = (
        "text", ("service", "code", "status"), ("seen", "first_at", "last_at"), "now_concerns",
        ("concerns", "classed_as"), ("classed_by", "classed_at"),
    )  # fmt: skip
    readonly_fields = ("now_concerns",)
    verbs = VERBS
    actions = ("concerns_the_moment", "concerns_this_request", "concerns_the_account", "undo")

    @admin.display(description=gettext_lazy("in force"))
    def now_concerns(self, text: ErrorText) -> str:
        return str(Concerns(text.in_force).label)

    @admin.action(permissions=["operate"], description=LABELS[Concerns.MOMENT])
    def concerns_the_moment(self, request: HttpRequest, queryset: QuerySet[ErrorText]) -> None:
        self._class(request, queryset, Concerns.MOMENT)

    @admin.action(permissions=["operate"], description=LABELS[Concerns.REQUEST])
    def concerns_this_request(self, request: HttpRequest, queryset: QuerySet[ErrorText]) -> None:
        self._class(request, queryset, Concerns.REQUEST)

    @admin.action(permissions=["operate"], description=LABELS[Concerns.ACCOUNT])
    def concerns_the_account(self, request: HttpRequest, queryset: QuerySet[ErrorText]) -> None:
        self._class(request, queryset, Concerns.ACCOUNT)

    @admin.action(permissions=["operate"], description=UNDO)
    def undo(self, request: HttpRequest, queryset: QuerySet[ErrorText]) -> None:
        author = request.user.get_username()
        _tell(request, sum(error_texts.undo(text, author=author) for text in queryset))

    def _class(self, request: HttpRequest, queryset: QuerySet[ErrorText], concerns: Concerns) -> None:
        act, author = error_texts.class_as(concerns), request.user.get_username()
        _tell(request, sum(act(text, author=author) for text in queryset))


def _tell(request: HttpRequest, number: int) -> None:
    words = ngettext("%(number)d text changed.", "%(number)d texts changed.", number)
    messages.info(request, words % {"number": number})
