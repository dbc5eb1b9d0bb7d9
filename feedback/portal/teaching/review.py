"""One text with its feedback, as its teacher reads, corrects and releases it: the document's page, to edit.

The page is one form. Its script saves field by field as one types; a browser without scripts sends it whole.
Either way the release takes what is on the screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback.base.keys import key_in
from feedback.models import Comment, Document
from feedback.portal.access import user_of
from feedback.portal.reading.page import page_of
from feedback.selectors.teaching.desk import round_of
from feedback.services.teaching import editing, review

from .access import own_submission
from .typed import Saved, save

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from feedback.models import User

EDITS = 100  # of one text that its page shows, the last ones


@require_safe
@login_required
def show(request: HttpRequest, document_id: UUID) -> HttpResponse:
    return _page(request, own_submission(request, document_id))


@require_POST
def keep(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Store what was typed. A program gets new versions; 401 signed out, 409 the text is in work."""
    if not request.user.is_authenticated:
        return JsonResponse({"sign_in": resolve_url(settings.LOGIN_URL)}, status=401)
    document = own_submission(request, document_id)
    try:
        saved = save(document, request.POST, by=user_of(request))
        _move(document, request)
    except editing.NotReady as error:
        return _refused(request, document, str(error))
    if _is_program(request):
        return JsonResponse(_answer(saved))
    if not saved.is_whole:
        return _page(request, document, saved=saved, status=409)
    messages.success(request, _("Saved.") if saved.changed else _("Nothing was changed."))
    return redirect("teaching-review", document_id)


@require_POST
@login_required
def undo(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document = own_submission(request, document_id)
    try:
        edit = editing.undo(document, by=user_of(request))
    except (editing.NotReady, editing.Conflict) as error:
        messages.error(request, str(error))
    else:
        if edit is None:
            messages.info(request, _("There is nothing to take back."))
        else:
            messages.success(request, _("Taken back: %(what)s.") % {"what": edit.get_part_display()})
    return redirect("teaching-review", document_id)


@require_POST
@login_required
def read(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Done with this one, without a release; on to the next student."""
    document = own_submission(request, document_id)
    try:
        saved = save(document, request.POST, by=user_of(request))
    except editing.NotReady as error:
        return _refused(request, document, str(error))
    if not saved.is_whole:
        return _clash(request, document, saved)
    review.mark_read(document, by=user_of(request))
    return _onward(request, document, round_of(document).after)


@require_POST
@login_required
def release(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """What is on the screen goes to the student: it is stored first, and released if all of it could be."""
    document, by = own_submission(request, document_id), user_of(request)
    try:
        saved = save(document, request.POST, by=by)
        if not saved.is_whole:
            return _clash(request, document, saved)
        is_news = review.release(document, by=by, **review.prepared(document))
    except editing.NotReady as error:
        return _refused(request, document, str(error))
    words = _("Released: %(name)s can read it now.") if is_news else _("Saved. %(name)s sees it on the page.")
    messages.success(request, words % {"name": document.owner})
    return _onward(request, document, round_of(document).waiting if is_news else None)


def _onward(request: HttpRequest, document: Document, following: UUID | None) -> HttpResponse:
    address = (
        reverse("teaching-review", args=[following])
        if following
        else reverse("teaching-assignment", args=[document.assignment_id])
    )
    return JsonResponse({"next": address}) if _is_program(request) else redirect(address)


# What could not be done -----------------------------------------------------------------------


def _clash(request: HttpRequest, document: Document, saved: Saved) -> HttpResponse:
    if _is_program(request):
        return JsonResponse(_answer(saved), status=409)
    status = 409 if saved.clashes else 422
    return _page(request, own_submission(request, document.pk), saved=saved, status=status)


def _refused(request: HttpRequest, document: Document, words: str) -> HttpResponse:
    if _is_program(request):
        return JsonResponse({"problem": words}, status=409)
    messages.error(request, words)
    return redirect("teaching-review", document.pk)


def _answer(saved: Saved) -> dict[str, Any]:
    clashes = [
        {"part": each.part, "version": each.version, "stored": each.stored, "typed": each.typed,
         "gone": each.is_gone}
        for each in saved.clashes
    ]  # fmt: skip
    return {"versions": saved.versions, "clashes": clashes, "errors": saved.errors}


def _is_program(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _move(document: Document, request: HttpRequest) -> None:
    """A comment one place up or down: "up:" or "down:" and its id."""
    verb, _colon, key = request.POST.get("move", "").partition(":")
    if verb not in ("up", "down") or not (known := key_in(key)):
        return
    comment = Comment.objects.filter(feedback__document=document, pk=known).first()
    if comment is not None:
        editing.move_comment(comment, -1 if verb == "up" else 1, by=user_of(request))


# The page -------------------------------------------------------------------------------------


def _page(
    request: HttpRequest, document: Document, *, saved: Saved | None = None, status: int = 200
) -> HttpResponse:
    reading, release = (getattr(document, name, None) for name in ("reading", "release"))
    edits = document.edits.select_related("by", "section").order_by("-pk")[:EDITS]
    context = {
        "document": document,
        "course": document.assignment.course if document.assignment else None,
        "page": page_of(document, to_its_teacher=True),
        "desk": document.ended,
        "here": uuid4().hex,
        "reading": reading,
        "release": release,
        "said": reading or release,
        "round": round_of(document),
        "edits": list(edits),
        "owner": _writer(document.owner),
        "saved": saved,
    }
    return render(request, "portal/teaching/review.html", context, status=status)


def _writer(owner: User) -> str:
    return owner.name or owner.email
