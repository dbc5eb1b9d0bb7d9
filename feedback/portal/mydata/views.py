from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedback.errors import Refused
from feedback.live.responses import EndedStream
from feedback.models import User
from feedback.portal.access import own_document, user_of
from feedback.services.accounts import erasure
from feedback.services.accounts.exports import everything_of
from limiter import limit_view

from .forms import DeleteAccount, DeleteDocument

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    context = {"documents": user.documents.count(), "drafts": user.drafts.count()}
    return render(request, "portal/mydata/page.html", context)


@require_safe
@login_required
def download(request: HttpRequest) -> EndedStream:
    name = f"marginalia-{localdate():%Y-%m-%d}.zip"
    return EndedStream(
        _pieces(user_of(request)),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


async def _pieces(user: User) -> AsyncGenerator[bytes]:
    """A document at a time, each in the thread that holds the database connection."""
    pieces = everything_of(user)
    take = sync_to_async(lambda: next(pieces, None))
    try:
        while (piece := await take()) is not None:
            yield piece
    finally:
        await sync_to_async(pieces.close)()  # of whoever went away in the middle


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document = own_document(request, document_id)
    form = DeleteDocument(request.POST or None, document=document)
    if request.method == "POST" and form.is_valid():
        erasure.delete_document(document, by=user_of(request))
        messages.success(request, _("“%(title)s” is deleted for good.") % {"title": document.title})
        return redirect("home")
    context = {"document": document, "form": form}
    return render(request, "portal/mydata/delete_document.html", context, status=_status(form.errors))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limit_view("sign-in-account", methods=("POST",))
def delete_account(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = DeleteAccount(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.delete_account(user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, _("Your account and everything in it are deleted for good."))
            return redirect("login")
    context = {"form": form, "documents": user.documents.count()}
    return render(request, "portal/mydata/delete_account.html", context, status=_status(form.errors))


def _status(errors: object) -> int:
    return 422 if errors else 200
