from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.text import Truncator

from feedback.documents import ACCEPTED_SUFFIXES
from feedback.models import Assignment, User
from feedback.services.documents import Handed

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

BOTH = "There is a text and a file. Hand in one of them: empty the text, or take the file away."
NEITHER = "Paste your text here, or choose a file below."
AGAIN = "Choose the file again: a browser forgets it when a form comes back."


class Prose(forms.CharField):
    """Text as it was pasted: only NUL, which nothing can store, goes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\x00", "") if isinstance(value, str) else value)


class AssignmentChoice(forms.ModelChoiceField[Assignment]):
    def label_from_instance(self, assignment: Assignment) -> str:
        return f"{assignment.course}: {assignment.title}"


class SubmitForm(forms.Form):
    """What a student hands in: a text or a file, with what it is for."""

    form_key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    assignment = AssignmentChoice(
        Assignment.objects.none(), required=False, empty_label="Just feedback", label="What is it for?"
    )
    title = forms.CharField(
        required=False, max_length=200, help_text="Left empty, it is named after its first line or its file."
    )
    text = Prose(
        required=False,
        label="Your text",
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true", "autocomplete": "off"}),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # the service says what is wrong with it
        label="Or a file",
        widget=forms.FileInput(attrs={"accept": ",".join(ACCEPTED_SUFFIXES)}),
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"form_key": uuid4().hex})
        super().__init__(*args, **kwargs)
        choices = Assignment.objects.filter(course__members=owner).select_related("course").order_by(
            "course__name", "title"
        )  # fmt: skip
        self.fields["assignment"].queryset = choices  # type: ignore[attr-defined]
        megabytes = settings.UPLOAD_LIMIT_BYTES // 2**20
        kinds = ", ".join(ACCEPTED_SUFFIXES)
        self.fields["file"].help_text = f"{kinds}, up to {megabytes} MB."

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        text, file = data.get("text", "").strip(), data.get("file")
        if text and file:
            self.add_error("file", BOTH)
        if not text and not file and not self.errors:
            self.add_error("text", NEITHER)
        if file and self.errors:
            self.add_error("file", AGAIN)
        return data

    def handed(self) -> Handed:
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        if file is None:
            return Handed.pasted(self.cleaned_data["text"])
        # One byte over the limit is enough to be refused, and no more is held in memory.
        return Handed(file.name or "", file.read(settings.UPLOAD_LIMIT_BYTES + 1))

    def title_or_first_line(self) -> str:
        typed = str(self.cleaned_data.get("title", "")).strip()
        lines = (line.strip(" #\t") for line in self.cleaned_data.get("text", "").splitlines())
        return typed or Truncator(next(filter(None, lines), "")).chars(80)

    def submission_key(self, handed: Handed) -> str:
        """The same form with the same content is the same submission; edited, it is a new one."""
        assignment = self.cleaned_data.get("assignment")
        digest = hashlib.sha256(self.cleaned_data.get("form_key", "").encode())
        digest.update(f"\n{assignment.pk if assignment else ''}\n{handed.filename}\n".encode())
        digest.update(handed.data)
        return digest.hexdigest()
