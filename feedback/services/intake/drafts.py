"""Drafts: kept as they are typed, and handed in once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from feedback.errors import FeedbackError, Refused
from feedback.messages.words import in_words
from feedback.models import Assignment, Document, Draft, Urgency, User
from feedback.services.intake import documents, outlines
from feedback.services.intake.documents import Handed, digest
from feedback.services.intake.outlines import handed_of, marked_of

MAX_DRAFTS = 50  # of one person


class Conflict(FeedbackError):
    """A draft is not as this tab has seen it."""

    words = gettext_noop("This draft was changed in another tab.")

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft  # as it is now


class Gone(FeedbackError):
    """A draft is there no more."""

    words = gettext_noop("This draft was handed in or deleted in another tab.")

    def __init__(self, document: Document | None) -> None:
        super().__init__()
        self.document = document  # what it became


@dataclass(frozen=True, slots=True)
class Content:
    """The content of the form, as it is typed."""

    title: str = ""
    text: str = ""
    assignment: Assignment | None = None
    previous: Document | None = None  # what this is a new draft of

    def is_of(self, draft: Draft) -> bool:
        mine = (self.title, self.text, self.assignment and self.assignment.pk)
        return mine == (draft.title, draft.text, draft.assignment_id)


# Saving ---------------------------------------------------------------------------------------


def save(
    *, owner: User, draft_id: UUID, version: int, content: Content, handed: Handed | None = None
) -> Draft:
    """Keep what was typed over this version (0: a new draft). The same save again changes nothing.

    Raises Conflict where another tab saved meanwhile, Gone where the draft is no more, Refused.
    """
    if handed is not None:
        documents.check_handed(handed)
    done = _create(owner, draft_id, content, handed) if version == 0 else False
    done = done or _write(owner, draft_id, version, content, handed)
    draft = _own(owner, draft_id)
    if draft is None:
        raise Gone(handed_in_as(owner, draft_id))
    if not done and (handed is not None or not content.is_of(draft)):
        raise Conflict(draft)
    return draft


def save_over(*, owner: User, draft_id: UUID, content: Content, handed: Handed | None = None) -> Draft:
    """Keep this tab's text although another tab saved: the other's becomes a draft of its own."""
    with transaction.atomic():
        current = Draft.objects.select_for_update().filter(pk=draft_id, owner=owner).first()
        if current is None:
            raise Gone(handed_in_as(owner, draft_id))
        version = current.version
        _keep_aside(current)
        return save(owner=owner, draft_id=draft_id, version=version, content=content, handed=handed)


def take_file_away(*, owner: User, draft_id: UUID) -> None:
    Draft.objects.filter(pk=draft_id, owner=owner).update(
        filename="", data=None, version=F("version") + 1, updated_at=timezone.now()
    )


def delete(*, owner: User, draft_id: UUID) -> bool:
    return bool(Draft.objects.filter(pk=draft_id, owner=owner).delete()[0])


def _create(owner: User, draft_id: UUID, content: Content, handed: Handed | None) -> bool:
    """False: there is one with this id."""
    if Draft.objects.filter(owner=owner).count() >= MAX_DRAFTS:
        raise Refused(
            _("You have %(number)d drafts. Delete one that you no longer need.") % {"number": MAX_DRAFTS}
        )
    try:
        with transaction.atomic():
            Draft.objects.create(
                id=draft_id, owner=owner, previous=content.previous, **_fields(content, handed)
            )
    except IntegrityError:
        return False
    return True


def _write(owner: User, draft_id: UUID, version: int, content: Content, handed: Handed | None) -> bool:
    return bool(
        Draft.objects.filter(pk=draft_id, owner=owner, version=version).update(
            version=F("version") + 1, updated_at=timezone.now(), **_fields(content, handed)
        )
    )


def _fields(content: Content, handed: Handed | None) -> dict[str, object]:
    file = {} if handed is None else {"filename": handed.filename[-255:], "data": handed.data}
    return {"title": content.title, "text": content.text, "assignment": content.assignment, **file}


def _own(owner: User, draft_id: UUID) -> Draft | None:
    return Draft.objects.filter(pk=draft_id, owner=owner).defer("data").first()


def _keep_aside(draft: Draft) -> None:
    """A copy under an id of its own, with a name that differs from the first."""
    at = timezone.localtime(draft.updated_at)
    name = draft.title or draft.filename or _("Draft")
    title = _("%(title)s, as of %(time)s") % {"title": name, "time": at.strftime("%H:%M")}
    draft.pk, draft.title, draft.version = uuid7(), Truncator(title).chars(200), 1
    draft._state.adding = True
    draft.save(force_insert=True)


# Handing in -----------------------------------------------------------------------------------


def hand_in(
    *,
    owner: User,
    draft_id: UUID,
    version: int,
    content: Content,
    handed: Handed | None,
    title: str = "",
    urgency: Urgency = Urgency.NOW,
) -> Document:
    """The draft becomes a document and is gone. Handed in twice, from wherever, it is one document.

    `version` is the one that the tab has seen; 0: it never saved. Raises Conflict, Gone, Refused.
    """
    _bring_sections_along(owner, draft_id, content, handed)
    with transaction.atomic():
        return _hand_in(owner, draft_id, version, content, handed, title, urgency)


def _bring_sections_along(owner: User, draft_id: UUID, content: Content, handed: Handed | None) -> None:
    """Sections that were marked before the last edit are marked in what is handed in."""
    draft = Draft.objects.filter(pk=draft_id, owner=owner, cuts__isnull=False).first()
    if draft is not None and handed is None:
        draft.text = content.text
        with suppress(outlines.Busy):  # then the text is split as it would have been without marks
            outlines.read(draft)


def _hand_in(
    owner: User,
    draft_id: UUID,
    version: int,
    content: Content,
    handed: Handed | None,
    title: str,
    urgency: Urgency,
) -> Document:
    draft = Draft.objects.select_for_update().filter(pk=draft_id, owner=owner).first()
    if draft is None and version:
        return _became(owner, draft_id, content, handed)
    if draft is not None and version != draft.version and not content.is_of(draft):
        raise Conflict(draft)
    handed = handed or handed_of(content.text, draft)
    if handed is None:
        raise Refused(_("Paste your text here, or choose a file below."))
    if draft is not None and (problem := outlines.problem_of(draft, handed)):
        raise Refused(in_words(problem), field="file" if draft.has_file else "text")
    document = documents.submit(
        owner=owner,
        handed=handed,
        submission_key=submission_key(draft_id, content.assignment, handed),
        title=title or content.title,
        assignment=content.assignment,
        previous=(draft.previous if draft else None) or content.previous,
        marked=marked_of(draft, handed),
        draft=draft_id,
        urgency=urgency,
    )
    Draft.objects.filter(pk=draft_id, owner=owner).delete()
    return document


def _became(owner: User, draft_id: UUID, content: Content, handed: Handed | None) -> Document:
    """What a draft became that another tab handed in; raises Gone where this tab holds another text."""
    handed = handed or handed_of(content.text, None)
    if handed is None:
        document = handed_in_as(owner, draft_id)
    else:
        key = submission_key(draft_id, content.assignment, handed)
        document = Document.objects.filter(owner=owner, submission_key=key).first()
    if document is None:
        raise Gone(handed_in_as(owner, draft_id))
    return document


def handed_in_as(owner: User, draft_id: UUID) -> Document | None:
    return Document.objects.filter(owner=owner, draft=draft_id).defer("text").first()


def submission_key(draft_id: UUID, assignment: Assignment | None, handed: Handed) -> str:
    """The same form with the same content is the same submission; edited, it is a new one."""
    head = f"{draft_id.hex}\n{assignment.pk if assignment else ''}\n{handed.filename}\n"
    return digest(head.encode() + handed.data)
