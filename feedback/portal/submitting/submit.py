"""Handing in: an empty form, a draft that is gone on with, or a new draft of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedback.dispatch import upstreams
from feedback.errors import Refused
from feedback.models import Document, Draft, User
from feedback.portal import refusal
from feedback.portal.access import own_document, user_of
from feedback.portal.reading.labels import destination_of
from feedback.selectors.intake.drafts import draft_of
from feedback.services.intake import drafts, outlines
from limiter import limit_view

from .forms import SubmitForm
from .preview import PreviewPage, preview_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Clash:
    """Another tab was quicker: what to tell, and whether saving over it is possible."""

    draft: Draft | None = None  # as the other tab saved it
    document: Document | None = None  # that the other tab made of it


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limit_view("submit", methods=("POST",))
def submit(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method != "POST":
        return _show(request, _beginning(request, user))
    form = SubmitForm(request.POST, request.FILES, owner=user)
    if request.POST.get("action") == "take-file-away" and not form.has_error("form_key"):
        return _take_file_away(form, user)
    if not form.is_valid():
        return _show(request, form, status=422)
    step = _check if request.POST.get("action") == "check" else _hand_in
    try:
        return step(request, form, user)
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return refusal.answer(request, error, _show(request, form, status=refusal.status_of(error)))
    except drafts.Conflict as error:
        return _clash(request, form, Clash(draft=error.draft))
    except drafts.Gone as error:
        return _clash(request, form, Clash(document=error.document))


@require_safe
@login_required
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Go on with a draft."""
    try:
        found = draft_of(user_of(request), draft_id)
    except Draft.DoesNotExist:
        document = drafts.handed_in_as(user_of(request), draft_id)
        if document is None:
            raise Http404("no such draft of yours") from None
        messages.info(request, _("This draft was handed in. Here it is."))
        return redirect("document", document.pk)
    return _show(request, SubmitForm.of(found), draft=found)


def _beginning(request: HttpRequest, user: User) -> SubmitForm:
    """An empty form, or one for a new draft of a document."""
    if "previous" not in request.GET:
        return SubmitForm(owner=user)
    try:
        previous = own_document(request, UUID(request.GET["previous"]))
    except ValueError:
        raise Http404("no such document") from None
    return SubmitForm.after(previous, owner=user, with_text="text" in request.GET)


def _hand_in(request: HttpRequest, form: SubmitForm, owner: User) -> HttpResponse:
    version = form.save().version if form.is_over else form.seen_version
    document = drafts.hand_in(
        owner=owner,
        draft_id=form.draft_id,
        version=version,
        content=form.content(),
        handed=form.handed(),
        title=form.title_or_first_line(),
        urgency=form.urgency,
    )
    return redirect("document", document.pk)


def _check(request: HttpRequest, form: SubmitForm, owner: User) -> HttpResponse:
    """Without scripts: save, read, and show what will be sent."""
    saved = form.save()
    try:
        outlines.read(draft_of(owner, saved.pk))
    except outlines.Busy as error:
        messages.info(request, str(error))
    return redirect(f"{reverse('draft', args=[saved.pk])}#sections")


def _take_file_away(form: SubmitForm, owner: User) -> HttpResponse:
    drafts.take_file_away(owner=owner, draft_id=form.draft_id)
    return redirect("draft", form.draft_id)


def _clash(request: HttpRequest, form: SubmitForm, clash: Clash) -> HttpResponse:
    """The form again, with a word on the other tab; sending it once more is a decision, and goes through."""
    form.catch_up(clash.draft)
    return _show(request, form, clash=clash, status=409)


def _show(
    request: HttpRequest,
    form: SubmitForm,
    *,
    draft: Draft | None = None,
    clash: Clash | None = None,
    status: int = 200,
) -> HttpResponse:
    page: PreviewPage | None = preview_page(draft) if draft else None
    context = {
        "form": form,
        "key": form.key,
        "draft": draft,
        "clash": clash,
        "page": page,
        "previous": draft.previous if draft else form.previous_document(),
        "destination": destination_of(upstreams.default_upstream()),
    }
    return render(request, "portal/submit.html", context, status=status)
