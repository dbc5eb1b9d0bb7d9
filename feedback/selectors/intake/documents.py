"""A person's documents, and one document as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from feedback.live import Partial, text_so_far
from feedback.models import Comment, Document, Feedback, Job, Notice, Reaction, Section, User
from feedback.selectors.intake.visibility import feedback_visible
from feedback.selectors.work.waiting import Wait, wait_of

MOST_OPEN = 100  # documents of one person that are listened to at once


def document_of(user: User, document_id: UUID | str) -> Document:
    """One's own document. Raises Document.DoesNotExist for anybody else's."""
    return Document.objects.select_related("assignment__course", "owner", "release").get(
        owner=user, pk=document_id
    )


def open_documents(user: User) -> QuerySet[Document]:
    """Those of a person that are in work, the newest first, without their texts."""
    mine = Document.objects.filter(owner=user, finished_at=None).order_by("-pk")
    return mine.only("pk", "reviewed", "created_at")[:MOST_OPEN]


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section with its job, its feedback, and what was written so far."""

    section: Section
    text: str
    job: Job | None
    feedback: Feedback | None
    comments: Sequence[Comment]
    partial: Partial | None  # of the run that is going on
    own_ahead: int | None  # own sections of this document in line before it


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document page at one moment."""

    document: Document
    sections: Sequence[SectionView]
    summary: SectionLike | None
    wait: Wait | None  # why nothing of it runs yet, or what comes next
    live_from: str  # id of the last live event that this view includes
    counts: Mapping[str, int]  # sections by job state
    visible: bool  # whether the feedback is here, or kept back
    notice: Notice | None  # the mail that was asked for


@dataclass(frozen=True, slots=True)
class SectionLike:
    """The whole-document summary: its job, its feedback, and what was written so far."""

    job: Job | None
    feedback: Feedback | None
    comments: Sequence[Comment]
    partial: Partial | None


def view_document(document: Document, *, to_its_teacher: bool = False) -> DocumentView:
    """Everything a document's page shows, in seven queries at most and a question or two to the gate.

    Where its feedback is not to be shown to its owner yet, no word of it is in the view.
    """
    visible = to_its_teacher or feedback_visible(document)
    partials, live_from = text_so_far(str(document.pk))
    if not visible:
        partials = {}
    sections = list(document.sections.all())
    jobs = {
        (job.kind, job.target): job
        for job in document.jobs.filter(generation=document.generation).defer("error")
    }
    feedback = {
        item.section_id: item
        for item in (document.feedback.prefetch_related(*_with_reactions(document)) if visible else ())
    }
    analyses = [jobs.get((Job.Kind.ANALYSE, section.pk)) for section in sections]
    waiting = (job.pk for job in analyses if job and job.state in (Job.State.WAITING, Job.State.HELD))
    ahead = {pk: number for number, pk in enumerate(waiting)}
    views = [
        _section_view(document, section, job, feedback, partials, ahead)
        for section, job in zip(sections, analyses, strict=True)
    ]
    return DocumentView(
        document=document,
        sections=views,
        summary=_summary(document, jobs, feedback, partials),
        wait=wait_of(document, jobs.values()),
        live_from=live_from,
        counts=_counts(views),
        visible=visible,
        notice=None if document.ended else document.notices.filter(generation=document.generation).first(),
    )


def _with_reactions(document: Document) -> tuple[Prefetch[str], ...]:
    own = Reaction.objects.filter(person=document.owner_id)
    return (
        Prefetch("comments", Comment.objects.order_by("position")),
        Prefetch("comments__reactions", own),
    )


def _section_view(
    document: Document,
    section: Section,
    job: Job | None,
    feedback: Mapping[UUID | None, Feedback],
    partials: Mapping[str, Partial],
    ahead: Mapping[UUID, int],
) -> SectionView:
    given = feedback.get(section.pk)
    running = job is not None and job.state == Job.State.RUNNING
    return SectionView(
        section=section,
        text=document.text[section.start : section.end],
        job=job,
        feedback=given,
        comments=list(given.comments.all()) if given else [],
        partial=partials.get(str(section.pk)) if running else None,
        own_ahead=ahead.get(job.pk) if job is not None else None,
    )


def _summary(
    document: Document,
    jobs: Mapping[tuple[str, UUID], Job],
    feedback: Mapping[UUID | None, Feedback],
    partials: Mapping[str, Partial],
) -> SectionLike:
    job = jobs.get((Job.Kind.SUMMARISE, document.pk))
    given = feedback.get(None)
    return SectionLike(
        job=job,
        feedback=given,
        comments=list(given.comments.all()) if given else [],
        partial=partials.get("") if job is not None and job.state == Job.State.RUNNING else None,
    )


def _counts(views: Sequence[SectionView]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for view in views:
        if view.job is not None:
            counts[view.job.state] = counts.get(view.job.state, 0) + 1
    return counts
