"""What a teacher typed into one part of a review, and the release at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import Document, Edit, Feedback, User
from feedback.services import review

if TYPE_CHECKING:
    from django.http import QueryDict


class ReleaseForm(forms.Form):
    grade = forms.CharField(
        required=False, max_length=40, label=_("Grade"), help_text=_("Yours alone: no model suggests one.")
    )
    note = forms.CharField(
        required=False,
        max_length=5_000,
        label=_("A word to the student"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @classmethod
    def of(cls, document: Document) -> ReleaseForm:
        given = getattr(document, "release", None)
        return cls(initial={"grade": given.grade, "note": given.note} if given else {})


def apply_edits(feedback: Feedback, data: QueryDict, *, by: User) -> bool:
    """Each field against what is stored; only fields that were sent. False: nothing changed.

    Raises review.NotReady.
    """
    changed = []
    if "summary" in data:
        changed.append(review.edit_summary(feedback, _text(data, "summary"), by=by))
    for part in review.LISTS:
        if part in data:
            changed.append(review.edit_list(feedback, Edit.Part(part), _text(data, part).split("\n"), by=by))
    for number, level in enumerate(list(feedback.levels)):
        if (name := f"level-{number}") in data:
            changed.append(review.edit_level(feedback, level["criterion"], _text(data, name), by=by))
    for comment in feedback.comments.all():
        if f"remove-{comment.pk}" in data:
            review.remove_comment(comment, by=by)
            changed.append(True)
        elif (name := f"message-{comment.pk}") in data and (message := _text(data, name)):
            suggestion = _text(data, f"suggestion-{comment.pk}")
            changed.append(review.edit_comment(comment, message=message, suggestion=suggestion, by=by))
    return any(changed)


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()[:10_000]
