"""The answering of comments. A long text has hundreds of comments, and until they are answered nothing but
ids tells their forms apart: they are drawn once a language, and copied.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from feedback.models import Comment, Feedback

if TYPE_CHECKING:
    from .page import Note

TEMPLATE = "portal/partials/reaction.html"
A_COMMENT, A_DOCUMENT, A_TOKEN = UUID(int=1), UUID(int=2), "the-token-of-a-page"


def answer_to(note: Note, token: str) -> SafeString:
    """The answer that was given, or the forms to give one, with the page's token against forgery."""
    if note.reaction or note.error:
        return render_to_string(TEMPLATE, {"note": note, "csrf_token": token})
    forms = _unanswered(get_language() or "").replace(str(A_COMMENT), str(note.comment.pk))
    forms = forms.replace(str(A_DOCUMENT), str(note.comment.feedback.document_id))
    return mark_safe(forms.replace(A_TOKEN, token))  # noqa: S308 - the template's own words, and ids


@cache
def _unanswered(language: str) -> str:
    comment = Comment(pk=A_COMMENT, feedback=Feedback(document_id=A_DOCUMENT))
    return render_to_string(TEMPLATE, {"note": {"comment": comment}, "csrf_token": A_TOKEN})
