"""A draft while it is written: saved as it is typed, previewed, its sections corrected, thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import documents as reader
from feedback.documents import messages as codes
from feedback.errors import Refused
from feedback.messages.words import in_words
from feedback.models import Draft
from feedback.portal.access import user_of
from feedback.selectors.intake.drafts import draft_of
from feedback.services.intake import drafts, outlines
from limiter import limit_view

from .forms import DraftForm
from .preview import preview_page

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_POST
@limit_view("draft")
def save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Keep what a tab holds. Answers a program, not a person: the page says it in words.

    401 signed out, 403 signed in as somebody else, 409 another tab saved, 410 handed in or deleted,
    422 refused. `over` keeps this tab's text all the same.
    """
    if not request.user.is_authenticated:
        return _answer(401, reason="signed_out", sign_in=resolve_url(settings.LOGIN_URL))
    owner = user_of(request)
    form = DraftForm(request.POST, request.FILES, owner=owner)
    if form.is_of_another_account:
        return _answer(403, reason="account", name=str(owner))
    if not form.is_valid() or form.draft_id != draft_id:
        return _answer(422, reason="refused", errors=form.errors)
    try:
        saved = form.save()
    except Refused as error:
        return _answer(422, reason="refused", errors={error.field: [str(error)]})
    except drafts.Conflict as error:
        return _answer(
            409, reason="conflict", version=error.draft.version, saved_at=error.draft.updated_at.isoformat()
        )
    except drafts.Gone as error:
        return _answer(410, reason="gone", fresh=str(uuid4()), document=_named(error))
    return _answer(
        200, version=saved.version, address=reverse("draft", args=[saved.pk]), filename=saved.filename
    )


@require_safe
@login_required
def preview(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Read the draft as it is saved, and show what will be sent."""
    draft = _own(request, draft_id)
    try:
        outlines.read(draft)
    except outlines.Busy as error:
        return _sections(request, draft, problem=str(error))
    return _sections(request, draft)


@require_POST
@login_required
def sections(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Join, divide or rename sections, or take the proposal again."""
    draft, problem = _own(request, draft_id), ""
    number = _number(request.POST)
    try:
        if "again" in request.POST:
            outlines.propose_again(owner=draft.owner, draft_id=draft_id)
        else:
            correction = _correction(request.POST, number)
            read_of = request.POST.get("read_of", "")
            outlines.correct(owner=draft.owner, draft_id=draft_id, read_of=read_of, correction=correction)
    except reader.SplitError as error:
        problem = in_words(error.message)
    return _sections(request, _own(request, draft_id), open_at=number, problem=problem)


@require_POST
@login_required
def delete(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    if drafts.delete(owner=user_of(request), draft_id=draft_id):
        messages.success(request, _("The draft is deleted."))
    else:
        messages.info(request, _("This draft was gone already."))
    return redirect("home")


def _own(request: HttpRequest, draft_id: UUID) -> Draft:
    try:
        return draft_of(user_of(request), draft_id)
    except Draft.DoesNotExist:
        raise Http404("no such draft of yours") from None


def _number(fields: QueryDict) -> int | None:
    """The place in the text that a button names; a button is pressed, so there is one of them."""
    pressed = next((str(fields[name]) for name in ("merge", "divide", "rename") if name in fields), "")
    return int(pressed) if pressed.isdecimal() else None


def _correction(fields: QueryDict, at: int | None) -> outlines.Correction:
    """The names as they stand in the form, then what the button says. Raises SplitError."""
    if at is None:
        raise reader.SplitError(codes.NOTHING_CHOSEN)

    def correction(parsed: reader.Parsed, outline: reader.Outline) -> reader.Outline:
        for cut in outline:
            title = fields.get(f"title-{cut.start}", cut.title)
            outline = outline if title == cut.title else reader.renamed(parsed, outline, cut.start, title)
        if "merge" in fields:
            return reader.merged(parsed, outline, at)
        return reader.divided(parsed, outline, at) if "divide" in fields else outline

    return correction


def _sections(
    request: HttpRequest, draft: Draft, *, open_at: int | None = None, problem: str = ""
) -> HttpResponse:
    """The sections for a page that swaps them in; without scripts, the whole page again."""
    if request.headers.get("HX-Request"):
        page = preview_page(draft, open_at=open_at, problem=problem)
        return render(request, "portal/submit/preview.html", {"page": page, "draft": draft, "key": draft.pk})
    if problem:
        messages.error(request, problem)
    return redirect(f"{reverse('draft', args=[draft.pk])}#sections")


def _answer(status: int, **what: Any) -> JsonResponse:
    return JsonResponse(what, status=status)


def _named(gone: drafts.Gone) -> dict[str, str] | None:
    """The document that a draft became."""
    if gone.document is None:
        return None
    return {"title": gone.document.title, "address": reverse("document", args=[gone.document.pk])}
