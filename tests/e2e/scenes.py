"""Documents in every state that a page can show, made of a real one and its real feedback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from feedback.dispatch import job_queue, requests
from feedback.live import Writer
from feedback.messages.model import Message
from feedback.models import Comment, Document, Feedback, Job, Section
from feedback.providers.offline.section import review_section
from feedback.services.teaching import reactions
from tests.factories import reading
from tests.factories.work import a_document, a_job

HALF_WRITTEN = (
    '{"summary": "The section keeps its promise: it shows who pays when the last bus goes earlier, and it '
    'does so with figures that can be checked.", "comments": [{"kind": "evidence", "quote": "x", "message": '
    '"The survey is the strongest thing that you have. Say how many people were asked, and'
)


def a_copy(whole: Document, *, title: str, state: str, upstream: str = "") -> Document:
    """Another document of the same text, its sections in line."""
    document = a_document(
        whole.owner, title=title, state=state, text=whole.text, headings=whole.headings,
        emphasis=whole.emphasis, assignment=whole.assignment, upstream=upstream or whole.upstream,
    )  # fmt: skip
    Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(minutes=4))
    for section in whole.sections.all():
        copied = Section.objects.create(
            document=document, position=section.position, heading=section.heading,
            heading_path=section.heading_path, start=section.start, end=section.end,
        )  # fmt: skip
        a_job(document, section=copied)
    return document


def with_feedback(document: Document, whole: Document, positions: Sequence[int]) -> None:
    """Give some of its sections the feedback that the whole one has."""
    for section in document.sections.filter(position__in=positions):
        given = Feedback.objects.get(section__document=whole, section__position=section.position)
        comments = list(given.comments.all())
        given.pk, given.job, given.document, given.section = uuid4(), None, document, section
        given._state.adding = True
        given.save()
        for comment in comments:
            comment.pk, comment.feedback = uuid4(), given
        Comment.objects.bulk_create(comments)
        reading.done(reading.job_of(section))


def half_way(whole: Document) -> Document:
    """Two sections done, one being written, the others in line behind it."""
    document = a_copy(whole, title="Night buses, second draft", state=Document.State.ANALYSING)
    with_feedback(document, whole, [0, 1])
    at_work = document.sections.get(position=2)
    reading.running(reading.job_of(at_work))
    writer = Writer(document=str(document.pk), section=str(at_work.pk), attempt=1)
    writer.feed(HALF_WRITTEN)
    put_in_line(document)
    return document


def waiting(whole: Document, *, title: str, upstream: str = "") -> Document:
    document = a_copy(whole, title=title, state=Document.State.ANALYSING, upstream=upstream)
    put_in_line(document)
    return document


def put_in_line(document: Document) -> None:
    for job in document.jobs.filter(state=Job.State.WAITING).order_by("pk"):
        job_queue.enqueue(job)


def with_a_gap(whole: Document) -> Document:
    """Complete, but for one section that failed."""
    document = a_copy(whole, title="Night buses, with a gap", state=Document.State.COMPLETE)
    with_feedback(document, whole, range(1, whole.sections.count()))
    reading.failed(reading.job_of(document.sections.get(position=0)), Message("service_slow"))
    return document


def unreadable(whole: Document) -> Document:
    return a_document(
        whole.owner, title="Scan of my notes", state=Document.State.FAILED,
        problem=Message("no_text"),
    )  # fmt: skip


def bridged(whole: Document) -> Document:
    """Its provider is away: one section has provisional comments from the rules, and the rest waits."""
    document = a_copy(whole, title="Night buses, in an outage", state=Document.State.ANALYSING)
    with_feedback(document, whole, [0])
    section = document.sections.get(position=1)
    section.document = document
    found = review_section(requests.for_section(section))
    given = Feedback.objects.create(
        document=document, section=section, provider="offline", model="rules", provisional=True,
        summary=found.summary, strengths=found.strengths, next_steps=found.next_steps,
    )  # fmt: skip
    for position, remark in enumerate(found.comments[:4]):
        reading.comment(given, section, remark.quote, remark.message, position, kind=remark.kind)
    put_in_line(document)
    return document


def answered(whole: Document) -> Document:
    """A reader has been through the first comments; one section deserves care."""
    document = a_copy(whole, title="Night buses, read through", state=Document.State.COMPLETE)
    with_feedback(document, whole, range(whole.sections.count()))
    first = Feedback.objects.get(section=document.sections.get(position=0))
    first.cautions = ["instructions", "grade"]
    first.save(update_fields=["cautions"])
    verdicts = ("accepted", "wrong", "dismissed")
    for comment, verdict in zip(first.comments.order_by("start"), verdicts, strict=False):
        reactions.react(comment, document.owner, verdict, "The survey is named two sentences earlier.")
    return document
