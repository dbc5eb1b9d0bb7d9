"""The buttons of a job's and of a document's page: one verb each, with a reason where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.admin.lists.readonly import ReadOnly
from feedback.models import Document, Job
from feedback.services.operations import interventions
from limiter.admin.classes import ModelAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

MOVED_ON = gettext_lazy("It had moved on meanwhile: nothing was changed.")


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    label: StrOrPromise
    act: Callable[..., int]
    states: Sequence[str]  # in which it is offered
    nothing: StrOrPromise = MOVED_ON  # what to say where it changed nothing


JOB_VERBS = (
    Verb("retry", gettext_lazy("Try again"), interventions.retry, (Job.State.FAILED, Job.State.CANCELLED)),
    Verb(
        "front", gettext_lazy("Move to the front"), interventions.move_to_front,
        (Job.State.HELD, Job.State.WAITING),
        gettext_lazy("It is the first of its flow already, or waits for no upstream."),
    ),
    Verb("cancel", gettext_lazy("Cancel"), interventions.cancel, Job.OPEN),
)  # fmt: skip
DOCUMENT_VERBS = (
    Verb(
        "retry", gettext_lazy("Try again what failed or was cancelled"), interventions.retry_document,
        Document.ENDED, gettext_lazy("Nothing of it failed or was cancelled."),
    ),
    Verb(
        "cancel", gettext_lazy("Cancel"), interventions.cancel_document,
        (Document.State.RECEIVED, Document.State.ANALYSING, Document.State.SUMMARISING),
    ),
)  # fmt: skip


class WorkAdmin(ReadOnly, ModelAdmin[Any]):
    """For work that only the pipeline writes: its page offers the verbs that the state allows."""

    verbs: Sequence[Verb] = ()
    change_form_outer_before_template = "admin/partials/verbs.html"

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view(self.do), f"feedback_{self.opts.model_name}_do"
        return [path("<uuid:key>/do/<slug:verb>/", view, name=name), *super().get_urls()]

    def do(self, request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
        if request.method != "POST" or not self.has_operate_permission(request):
            raise PermissionDenied
        found = next((each for each in self.verbs if each.name == verb), None)
        row = self.get_queryset(request).filter(pk=key).first()
        if found is None or row is None:
            raise Http404
        author, reason = request.user.get_username(), request.POST.get("reason", "").strip()
        if found.act(row, author=author, reason=reason):
            messages.success(request, _("Done: %(verb)s.") % {"verb": found.label})
        else:
            messages.warning(request, str(found.nothing))
        return HttpResponseRedirect(reverse(f"admin:feedback_{self.opts.model_name}_change", args=[key]))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row: Any = kwargs.get("obj")
        allowed = row is not None and self.has_operate_permission(request)
        offered = [verb for verb in self.verbs if allowed and row.state in verb.states]
        context["verbs"] = [
            {
                "verb": verb,
                "address": reverse(f"admin:feedback_{self.opts.model_name}_do", args=[row.pk, verb.name]),
            }
            for verb in offered
        ]
        return super().render_change_form(request, context, *args, **kwargs)
