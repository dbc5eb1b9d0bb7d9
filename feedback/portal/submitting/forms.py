"""The form for handing in, and for the draft that it is before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from feedback.base.keys import key_in
from feedback.dispatch.upstreams import default_upstream, may_wait
from feedback.documents import ACCEPTED_SUFFIXES, titles
from feedback.models import Assignment, Document, Draft, Urgency, User
from feedback.selectors.teaching.taking import open_assignments
from feedback.services.intake import drafts
from feedback.services.intake.documents import Handed
from feedback.services.intake.drafts import Content

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet

BOTH = _("There is a text and a file. Hand in one of them: empty the text, or take the file away.")
NEITHER = _("Paste your text here, or choose a file below.")
AGAIN = _("Choose the file again: a browser forgets it when a form comes back.")
ANOTHER_ACCOUNT = _("You are signed in as %(name)s now, and this was written in another account.")


class Prose(forms.CharField):
    """Text as it was pasted: only NUL, which nothing can store, goes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return text.replace("\x00", "").replace("\r\n", "\n")  # browsers send either kind of line end


class AssignmentChoice(forms.ModelChoiceField[Assignment]):
    def label_from_instance(self, assignment: Assignment) -> str:
        return f"{assignment.course}: {assignment.title}"


class OwnDocument(forms.ModelChoiceField[Document]):
    """One of the owner's documents, by its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Document.objects.none(), **kwargs)


class DraftForm(forms.Form):
    """The form of a draft, as it is kept while a student writes it: it may be unfinished in every way."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)  # the draft's id, and so its submission's
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)  # that the page saw
    account = forms.CharField(required=False, widget=forms.HiddenInput)  # the account of the page
    previous = OwnDocument(required=False, widget=forms.HiddenInput)
    attached = forms.CharField(required=False, widget=forms.HiddenInput)  # the draft's file, kept already
    over = forms.BooleanField(required=False, widget=forms.HiddenInput)  # save over another tab's text
    assignment = AssignmentChoice(
        Assignment.objects.none(), required=False, empty_label=_("Just feedback"), label=_("What is it for?")
    )
    title = forms.CharField(
        required=False,
        max_length=200,
        label=_("Title"),
        help_text=_("Left empty, it is named after its first line or its file."),
    )
    text = Prose(
        required=False,
        label=_("Your text"),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true", "autocomplete": "off"}),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # the service says what is wrong with it
        label=_("Or a file"),
        widget=forms.FileInput(attrs={"accept": ",".join(ACCEPTED_SUFFIXES)}),
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        initial = {"form_key": str(uuid4()), "version": 0, "account": str(owner.pk)}
        super().__init__(*args, **{**kwargs, "initial": {**initial, **kwargs.get("initial", {})}})
        self.owner = owner
        self.fields["assignment"].queryset = open_assignments(owner)  # type: ignore[attr-defined]
        self.fields["assignment"].choices = self._choices  # type: ignore[attr-defined]
        earlier = Document.objects.filter(owner=owner).defer("text", "headings", "emphasis")
        self.fields["previous"].queryset = earlier  # type: ignore[attr-defined]
        self.fields["file"].help_text = _("%(kinds)s, up to %(megabytes)d MB.") % {
            "kinds": ", ".join(ACCEPTED_SUFFIXES),
            "megabytes": settings.UPLOAD_LIMIT_BYTES // 2**20,
        }

    @cached_property
    def briefs(self) -> list[Assignment]:
        """What can be handed in for, each with its rubric: asked for once, for the choice as well."""
        choices: QuerySet[Assignment] = self.fields["assignment"].queryset  # type: ignore[attr-defined]
        return list(choices.prefetch_related("criteria"))

    def _choices(self) -> list[tuple[Any, Any]]:
        field: Any = self.fields["assignment"]
        named = [(each.pk, field.label_from_instance(each)) for each in self.briefs]
        return [("", field.empty_label), *named]

    # What a valid form holds --------------------------------------------------------------------

    @property
    def draft_id(self) -> UUID:
        key = self.cleaned_data.get("form_key")
        return key if isinstance(key, UUID) else UUID(int=0)

    @property
    def seen_version(self) -> int:
        return self.cleaned_data.get("version") or 0

    @property
    def is_over(self) -> bool:
        return bool(self.cleaned_data.get("over"))

    @property
    def is_of_another_account(self) -> bool:
        """Somebody else has signed in since this page was drawn: their drafts are not for its text."""
        account = str(self.data.get("account", ""))
        return bool(account) and account != str(self.owner.pk)

    def content(self) -> Content:
        data = self.cleaned_data
        return Content(data["title"], data["text"], data["assignment"], data["previous"])

    def handed(self) -> Handed | None:
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        if file is None:
            return None
        # One byte over the limit is enough to be refused, and no more is held in memory.
        return Handed(file.name or "", file.read(settings.UPLOAD_LIMIT_BYTES + 1))

    def save(self) -> Draft:
        """As services.drafts.save, or save_over where the student chose that."""
        save = drafts.save_over if self.is_over else partial(drafts.save, version=self.seen_version)
        return save(owner=self.owner, draft_id=self.draft_id, content=self.content(), handed=self.handed())


class SubmitForm(DraftForm):
    """The form of handing in: a text or a file, with what it is for."""

    tonight = forms.BooleanField(
        required=False,
        label=_("Tonight is soon enough"),
        help_text=_(
            "It may take longer, and costs less of the budget. Where your course has decided, that counts."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_wait(default_upstream()):
            del self.fields["tonight"]

    @property
    def urgency(self) -> Urgency:
        return Urgency.TONIGHT if self.cleaned_data.get("tonight") else Urgency.NOW

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        text, file = data.get("text", "").strip(), data.get("file")
        if self.is_of_another_account:
            self.add_error(None, ANOTHER_ACCOUNT % {"name": self.owner})
        if text and (file or data.get("attached")):
            self.add_error("file", BOTH)
        if not text and not file and not data.get("attached") and not self.errors:
            self.add_error("text", NEITHER)
        if file and self.errors:
            self.add_error("file", AGAIN)
        return data

    def title_or_first_line(self) -> str:
        typed = str(self.cleaned_data.get("title", "")).strip()
        return typed or titles.of_text(self.cleaned_data.get("text", ""))

    @property
    def key(self) -> UUID:
        """The draft's id, for the addresses of a page; of a form that came without one, another."""
        return key_in(str(self["form_key"].value())) or uuid4()

    def previous_document(self) -> Document | None:
        """What this is a new draft of, for the page around the form."""
        field, value = self.fields["previous"], self["previous"].value()
        try:
            return field.clean(value) if value else None
        except forms.ValidationError:
            return None

    def catch_up(self, draft: Draft | None) -> None:
        """Another tab was quicker. Sent once more, this text is saved over its, or as a new draft."""
        data: dict[str, Any] = self.data.dict() if isinstance(self.data, QueryDict) else dict(self.data)
        self.data = data
        if draft is not None:
            data["version"], data["over"] = str(draft.version), "on"
        else:
            data["form_key"], data["version"] = str(uuid4()), "0"

    # What a page is drawn from --------------------------------------------------------------------

    @classmethod
    def of(cls, draft: Draft) -> SubmitForm:
        return cls(
            owner=draft.owner,
            initial={
                "form_key": str(draft.pk),
                "version": draft.version,
                "attached": draft.filename,
                "assignment": draft.assignment_id,
                "previous": draft.previous_id,
                "title": draft.title,
                "text": draft.text,
            },
        )

    @classmethod
    def after(cls, previous: Document, *, owner: User, with_text: bool) -> SubmitForm:
        """For a new draft of a document."""
        text = previous.text if with_text else ""
        start = {"previous": previous.pk, "assignment": previous.assignment_id, "title": previous.title}
        return cls(owner=owner, initial={**start, "text": text})
