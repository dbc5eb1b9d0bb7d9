from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from feedback.exports import FORMATS
from feedback.portal.access import own_document
from feedback.selectors.intake.export import export_of

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
@login_required
def export(request: HttpRequest, document_id: UUID, ending: str) -> HttpResponse:
    document = own_document(request, document_id)
    if ending not in FORMATS:
        raise Http404("no such format")
    if not document.text:
        raise Http404("there is no text to export")
    make, content_type = FORMATS[ending]
    name = f"{slugify(document.title)[:60] or 'document'}.{ending}"
    return HttpResponse(
        make(export_of(document)),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
