"""One document as its page shows it: the selector's view, in words and in marked text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from feedback.live import Partial
from feedback.models import Comment, Document, Feedback, Job, Section
from feedback.selectors.documents import DocumentView, SectionLike, SectionView, view_document

from .labels import Destination, Label, destination_of, label_of
from .marks import Mark, in_reading_order, leading_titles, marks_of, section_at
from .rubric import RubricLine, Scales, rubric_of, scales_of
from .wording import CANCELLED, FAILED, RUNNING, Words, document_words, section_words


@dataclass(frozen=True, slots=True)
class Card:
    """One section: its text, and in the margin what was written on it."""

    section: Section
    number: int
    words: Words
    version: str  # another one means: draw this card anew
    above: Sequence[str]  # headings over its own, like the title of the whole text
    marks: Sequence[Mark]
    comments: Sequence[Comment]
    feedback: Feedback | None
    rubric: Sequence[RubricLine]
    label: Label | None
    written: Mapping[str, str]  # by part, while it is being written
    is_open: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on the whole document, with the section that it speaks of."""

    comment: Comment
    section: Section | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said about the whole document."""

    feedback: Feedback | None
    remarks: Sequence[Remark]
    rubric: Sequence[RubricLine]
    label: Label | None
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

    @property
    def is_empty(self) -> bool:
        return not self.cards

    @property
    def words_in_text(self) -> int:
        return len(self.document.text.split())


def page_of(document: Document) -> Page:
    """The whole page."""
    view, scales = view_document(document), scales_of(document.assignment)
    total = len(view.sections)
    failed = any(view.counts.get(state) for state in (Job.State.FAILED, Job.State.CANCELLED))
    return Page(
        document=document,
        words=document_words(document, counts=view.counts, wait=view.wait),
        cards=[_card(document, section, view, scales) for section in view.sections],
        summary=_summary(document, view, scales),
        destination=destination_of(document.upstream),
        done=view.counts.get(Job.State.DONE, 0),
        total=total,
        is_live=not document.ended,
        live_from=view.live_from,
        can_retry=document.ended and (failed or document.state != Document.State.COMPLETE),
        structure=f"{document.generation}-{total}",
    )


def card_of(page: Page, section_id: UUID) -> Card | None:
    return next((card for card in page.cards if card.section.pk == section_id), None)


def _card(document: Document, view: SectionView, whole: DocumentView, scales: Scales) -> Card:
    section = view.section
    section.document = document  # known already: no query for it
    comments = in_reading_order(view.comments)
    return Card(
        section=section,
        number=section.position + 1,
        words=section_words(view, whole.wait),
        version=_version(view.job, view.feedback),
        above=leading_titles(section, view.text)[:-1],
        marks=list(marks_of(section, view.text, comments)),
        comments=comments,
        feedback=view.feedback,
        rubric=list(rubric_of(view.feedback, scales)),
        label=label_of(view.feedback),
        written=_written(view.partial),
        is_open=view.job is None or view.job.state in Job.OPEN,
    )


def _version(job: Job | None, feedback: Feedback | None) -> str:
    state = f"{job.state}-{job.attempt}" if job else "none"
    return f"{state}-{feedback.pk.hex[-12:]}" if feedback else state


def _written(partial: Partial | None) -> Mapping[str, str]:
    return dict(partial.parts) if partial else {}


def _summary(document: Document, view: DocumentView, scales: Scales) -> Summary:
    summary = view.summary or SectionLike(None, None, (), None)
    sections = [each.section for each in view.sections]
    return Summary(
        feedback=summary.feedback,
        remarks=[Remark(c, section_at(document, sections, c.start)) for c in summary.comments],
        rubric=list(rubric_of(summary.feedback, scales)),
        label=label_of(summary.feedback),
        words=_summary_words(summary),
        written=_written(summary.partial),
        version=_version(summary.job, summary.feedback),
    )


def _summary_words(summary: SectionLike) -> Words | None:
    """What became of the summary, where there is none to read."""
    if summary.feedback is not None or summary.job is None:
        return None
    if summary.job.state == Job.State.FAILED:
        return Words("No summary", FAILED.icon, FAILED.tone, summary.job.problem)
    if summary.job.state == Job.State.CANCELLED:
        return CANCELLED
    return RUNNING if summary.job.state == Job.State.RUNNING else None
