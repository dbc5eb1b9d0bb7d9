"""A teacher's comment bank, and a comment that goes to all texts with the same issue."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback.base.keys import key_in
from feedback.errors import Refused
from feedback.models import BankedComment, Comment
from feedback.portal.access import user_of
from feedback.selectors.teaching.teaching import teaches
from feedback.services.teaching import bank as services
from feedback.services.teaching.editing import giving

from .access import own_submission

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from feedback.models import User


@require_safe
@login_required
def bank(request: HttpRequest) -> HttpResponse:
    """A page of its own, and for the desk the list alone."""
    owner = _teacher(request)
    context = {"banked": BankedComment.objects.filter(owner=owner)}
    part = "bank_list.html" if "part" in request.GET else "bank.html"
    return render(request, f"portal/teaching/{part}", context)


@require_POST
@login_required
def keep(request: HttpRequest) -> HttpResponse:
    owner, data = _teacher(request), request.POST
    try:
        services.keep(
            owner=owner,
            kind=data.get("kind", ""),
            message=data.get("message", ""),
            suggestion=data.get("suggestion", ""),
        )
    except Refused as refusal:
        return JsonResponse({"problem": str(refusal)}, status=422)
    return JsonResponse({"words": _("It is in your bank.")})


@require_POST
@login_required
def forget(request: HttpRequest, key: UUID) -> HttpResponse:
    services.forget(owner=_teacher(request), key=key)
    messages.success(request, _("It is no longer in your bank."))
    return redirect("teaching-bank")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def give(request: HttpRequest, document_id: UUID, comment_id: UUID) -> HttpResponse:
    """Who would get it, and at which words; written only for those that are chosen."""
    document = own_submission(request, document_id)
    comment = Comment.objects.select_related("feedback").filter(
        feedback__document=document, pk=comment_id
    ).first()  # fmt: skip
    if comment is None:
        raise Http404("no such comment")
    comment.feedback.document = document
    if request.method == "POST":
        keys = {key for text in request.POST.getlist("document") if (key := key_in(text))}
        number = giving.give(comment, to=keys, by=user_of(request))
        words = ngettext("%(number)d text got the comment.", "%(number)d texts got the comment.", number)
        messages.success(request, words % {"number": number})
        return redirect("teaching-review", document_id)
    context = {
        "document": document,
        "course": document.assignment.course if document.assignment else None,
        "comment": comment,
        "candidates": giving.candidates(comment),
    }
    return render(request, "portal/teaching/give.html", context)


def _teacher(request: HttpRequest) -> User:
    user = user_of(request)
    if not teaches(user):
        raise PermissionDenied
    return user
