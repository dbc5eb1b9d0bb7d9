"""The page that shows a student's text on demand: with the right to it, for a reason, and logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from feedback.models import Document
from feedback.services.operations import interventions
from limiter.admin.classes import why

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

RIGHT = "feedback.reveal_document"


class RevealForm(forms.Form):
    reason = why()


@never_cache
def text_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """Asks why; the answer to that alone holds the text, so no address leads to it."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    document = get_object_or_404(
        Document.objects.defer("text", "headings", "emphasis").select_related("owner"), pk=key
    )
    form = RevealForm(request.POST or None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("The text of %(title)s") % {"title": document.title},
        "document": document,
        "form": form,
    }
    if request.method == "POST" and form.is_valid():
        author = request.user.get_username()
        context["text"] = interventions.reveal_text(
            document, author=author, reason=form.cleaned_data["reason"]
        )
    return TemplateResponse(request, "admin/feedback/document/text.html", context)


def link_to_text(document: UUID) -> SafeString:
    address = reverse("admin:feedback_document_text", args=[document])
    words = _("Hidden. Read it, with a reason, which is logged")
    return format_html('<a class="link" href="{}">{}</a>', address, words)
