"""The content of a document's page: the selector's view, in words and in marked text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from feedback.dispatch.routes import tier_for
from feedback.documents import words_in
from feedback.live import Partial
from feedback.messages.words import in_words
from feedback.models import Comment, Document, Feedback, Job, Notice, Reaction, Section
from feedback.models.work.feedback import KIND_NAMES
from feedback.portal.words.took_text import whole_in_words
from feedback.portal.words.wording import (
    CANCELLED,
    FAILED,
    REVIEWED,
    RUNNING,
    Words,
    document_words,
    section_words,
)
from feedback.selectors.intake.documents import DocumentView, SectionLike, SectionView, view_document

from .labels import Destination, Label, cautions_of, destination_of, label_of
from .marks import in_reading_order, leading_titles, marks_of, section_at
from .passages import Passage, passages_of
from .rubric import RubricLine, Scales, rubric_of, scales_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


FIRST_WORDS = 90  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """A comment with what its reader made of it, and the section that it speaks of."""

    comment: Comment
    reaction: Reaction | None
    section: Section | None = None
    error: StrOrPromise = ""  # why the reaction was not taken
    is_answer: bool = False  # drawn anew after a reaction: the keyboard stays here
    has_others: bool = False  # more comments begin at the same words

    @property
    def first_words(self) -> str:
        """As much as one line of a closed card may hold; where it holds less, it is cut off there."""
        return self.comment.message[:FIRST_WORDS]


@dataclass(frozen=True, slots=True)
class Card:
    """One section: its text, and what was written on it."""

    section: Section
    number: int
    words: Words
    version: str  # another one means: draw this card anew
    above: Sequence[str]  # headings over its own, like the title of the whole text
    passages: Sequence[Passage]
    notes: Sequence[Note]
    loose: Sequence[Note]  # those that are tied to no passage
    feedback: Feedback | None
    rubric: Sequence[RubricLine]
    label: Label | None
    cautions: Sequence[StrOrPromise]
    written: Mapping[str, str]  # by part, while it is being written
    is_open: bool
    is_running: bool
    can_cancel: bool
    can_retry: bool

    @property
    def is_provisional(self) -> bool:
        return self.feedback is not None and self.feedback.provisional


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary: feedback on the whole document."""

    feedback: Feedback | None
    notes: Sequence[Note]
    rubric: Sequence[RubricLine]
    label: Label | None
    cautions: Sequence[StrOrPromise]
    words: Words | None
    written: Mapping[str, str]
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    document: Document
    words: Words
    cards: Sequence[Card]
    summary: Summary
    destination: Destination
    done: int
    total: int
    is_live: bool
    live_from: str
    can_retry: bool
    structure: str  # another one means: draw the whole page anew
    took: str  # how long; the reasons follow by themselves. Empty: it was quick, or has not ended
    notice: Notice | None  # the mail that was asked for

    @property
    def may_wait(self) -> bool:
        """It is asked for by the tier of work that may wait; a wish for it alone changes nothing."""
        return bool(tier_for(self.document, self.document.upstream))

    @property
    def is_empty(self) -> bool:
        return not self.cards

    @property
    def kinds(self) -> Iterable[tuple[str, StrOrPromise]]:
        """What a comment can be, by its code."""
        return ((kind.value, name) for kind, name in KIND_NAMES.items())

    @property
    def words_in_text(self) -> int:
        return words_in(self.document.text)

    @property
    def has_feedback(self) -> bool:
        return self.summary.feedback is not None or any(card.feedback for card in self.cards)

    @property
    def has_comments(self) -> bool:
        return any(card.notes for card in self.cards)

    @property
    def is_bridged(self) -> bool:
        """Some of what is shown is provisional, and will be replaced."""
        return self.is_live and any(card.is_provisional for card in self.cards)


def page_of(document: Document, *, to_its_teacher: bool = False) -> Page:
    """The whole page, as its owner or the teacher of its course sees it."""
    view, scales = view_document(document, to_its_teacher=to_its_teacher), scales_of(document.assignment)
    criteria = list(document.assignment.criteria.all()) if document.assignment and to_its_teacher else []
    total = len(view.sections)
    failed = any(view.counts.get(state) for state in (Job.State.FAILED, Job.State.CANCELLED))
    return Page(
        document=document,
        words=_words(document, view),
        cards=[_card(document, section, view, scales) for section in view.sections],
        summary=_summary(document, view, scales, [each.name for each in criteria]),
        destination=destination_of(document.upstream),
        done=view.counts.get(Job.State.DONE, 0),
        total=total,
        is_live=not document.ended,
        live_from=view.live_from,
        can_retry=document.ended and (failed or document.state != Document.State.COMPLETE),
        structure=f"{document.generation}-{total}",
        took="" if to_its_teacher else whole_in_words(document),
        notice=view.notice,
    )


def card_of(page: Page, section_id: UUID) -> Card | None:
    return next((card for card in page.cards if card.section.pk == section_id), None)


def note_of(comment: Comment, reaction: Reaction | None, *, error: StrOrPromise = "") -> Note:
    """One comment alone, after a reaction."""
    return Note(comment, reaction, error=error, is_answer=True)


def _words(document: Document, view: DocumentView) -> Words:
    if not view.visible and document.state == Document.State.COMPLETE:
        return REVIEWED
    running = [each.section.position + 1 for each in view.sections if _state(each) == Job.State.RUNNING]
    return document_words(document, counts=view.counts, wait=view.wait, running=running)


def _state(view: SectionView) -> str:
    return view.job.state if view.job else ""


def _card(document: Document, view: SectionView, whole: DocumentView, scales: Scales) -> Card:
    section = view.section
    section.document = document  # known already: no query for it
    starts = Counter(comment.start for comment in view.comments)
    notes = [
        Note(comment, _own(comment), has_others=starts[comment.start] > 1)
        for comment in in_reading_order(view.comments)
    ]
    marks = list(marks_of(section, view.text, [note.comment for note in notes]))
    passages = list(passages_of(marks, notes))
    placed = {note.comment.pk for passage in passages for note in passage.notes}
    is_open = view.job is None or view.job.state in Job.OPEN
    failed = _state(view) in (Job.State.FAILED, Job.State.CANCELLED)
    return Card(
        section=section,
        number=section.position + 1,
        words=_section_words(view, whole),
        version=_version(view.job, view.feedback),
        above=leading_titles(section, view.text)[:-1],
        passages=passages,
        notes=notes,
        loose=[note for note in notes if note.comment.pk not in placed],
        feedback=view.feedback,
        rubric=list(rubric_of(view.feedback, scales)),
        label=label_of(view.feedback, is_open=is_open and not document.ended),
        cautions=cautions_of(view.feedback),
        written=_written(view.partial),
        is_open=is_open,
        is_running=_state(view) == Job.State.RUNNING,
        can_cancel=not document.ended and view.job is not None and is_open and len(whole.sections) > 1,
        can_retry=failed and document.state != Document.State.SUMMARISING,
    )


def _section_words(view: SectionView, whole: DocumentView) -> Words:
    if not whole.visible and _state(view) == Job.State.DONE:
        return Words(REVIEWED.label, REVIEWED.icon, REVIEWED.tone)
    return section_words(view, whole.wait)


def _own(comment: Comment) -> Reaction | None:
    return next(iter(comment.reactions.all()), None)  # of the owner alone, by the selector


def _version(job: Job | None, feedback: Feedback | None) -> str:
    state = f"{job.state}-{job.attempt}" if job else "none"
    return f"{state}-{feedback.pk.hex[-12:]}" if feedback else state


def _written(partial: Partial | None) -> Mapping[str, str]:
    return dict(partial.parts) if partial else {}


def _summary(document: Document, view: DocumentView, scales: Scales, criteria: Sequence[str]) -> Summary:
    summary = view.summary or SectionLike(None, None, (), None)
    sections = [each.section for each in view.sections]
    return Summary(
        feedback=summary.feedback,
        notes=list(_remarks(document, summary.comments, sections)),
        rubric=list(rubric_of(summary.feedback, scales, criteria)),
        label=label_of(summary.feedback),
        cautions=cautions_of(summary.feedback),
        words=_summary_words(summary),
        written=_written(summary.partial),
        version=_version(summary.job, summary.feedback),
    )


def _remarks(document: Document, comments: Iterable[Comment], sections: Sequence[Section]) -> Iterable[Note]:
    others = list(comments)
    for comment in others:
        section = section_at(document, sections, comment.start)
        yield Note(comment, _own(comment), section, has_others=len(others) > 1)


def _summary_words(summary: SectionLike) -> Words | None:
    """What became of the summary, where there is none to read."""
    if summary.feedback is not None or summary.job is None:
        return None
    if summary.job.state == Job.State.FAILED:
        return Words(_("No summary"), FAILED.icon, FAILED.tone, in_words(summary.job.problem))
    if summary.job.state == Job.State.CANCELLED:
        return CANCELLED
    return RUNNING if summary.job.state == Job.State.RUNNING else None
