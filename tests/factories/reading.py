"""Documents with feedback on them, as a student reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.utils import timezone

from feedback.messages.model import Message
from feedback.models import Comment, Document, Feedback, Job, Section, User
from tests.factories.work import a_document, a_job, a_student

PARAGRAPH = (
    "Bees matter because they pollinate crops. It is clear that they are declining, "
    "and nobody knows exactly why.\n\n"
)


def a_split_document(owner: User | None = None, *, sections: int = 2, **fields: Any) -> Document:
    """A document in sections with headings, all of them in line."""
    parts = [f"Part {number + 1}\n\n{PARAGRAPH}" for number in range(sections)]
    offsets = [sum(map(len, parts[:number])) for number in range(sections)]
    titles = [part.partition("\n")[0] for part in parts]
    headings = [[at, at + len(title), 1, title] for at, title in zip(offsets, titles, strict=True)]
    values = {"state": Document.State.ANALYSING, "text": "".join(parts), "headings": headings, **fields}
    document = a_document(owner or a_student(), **values)
    for position, (at, part, title) in enumerate(zip(offsets, parts, titles, strict=True)):
        section = Section.objects.create(
            document=document, position=position, heading=title, heading_path=[title], start=at,
            end=at + len(part),
        )  # fmt: skip
        a_job(document, section=section)
    return document


def a_read_document(owner: User | None = None, *, sections: int = 2, **fields: Any) -> Document:
    """A complete document: two comments on each section, and a summary."""
    document = a_split_document(owner, sections=sections, **{"state": Document.State.COMPLETE, **fields})
    for section in document.sections.all():
        done(job_of(section))
        section.document = document
        feedback = feedback_on(document, section)
        comment(feedback, section, "It is clear that", "Say what makes it clear.", 0)
        comment(feedback, section, "they pollinate crops", "A good, plain reason.", 1, kind="praise")
    done(a_job(document, kind=Job.Kind.SUMMARISE))
    feedback_on(document, None, summary="A plain start that wants evidence.")
    return document


def job_of(section: Section) -> Job:
    return section.jobs.get(kind=Job.Kind.ANALYSE)


def done(job: Job) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=now, settled_at=now)


DOWN = Message("service_down")


def failed(job: Job, problem: Message = DOWN) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.FAILED, finished_at=timezone.now(), settled_at=timezone.now(), problem=problem
    )


def running(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, lease=uuid4().hex, started_at=timezone.now(), attempt=1
    )


def feedback_on(document: Document, section: Section | None, **fields: Any) -> Feedback:
    values = {
        "provider": "offline", "model": "rules", "summary": "Short and to the point.",
        "strengths": ["Plain words."], "next_steps": ["Name a source."],
    }  # fmt: skip
    return Feedback.objects.create(document=document, section=section, **{**values, **fields})


def comment(
    feedback: Feedback, section: Section, quote: str, message: str, position: int, *, kind: str = "evidence"
) -> Comment:
    """A comment that is anchored where the section has the quote, and not anchored where it has not."""
    at = section.text.find(quote)
    span = (at, at + len(quote)) if at >= 0 else (None, None)
    return Comment.objects.create(
        feedback=feedback, position=position, kind=kind, quote=quote, message=message, start=span[0],
        end=span[1],
    )  # fmt: skip


def levels(*reached: Sequence[str]) -> list[dict[str, str]]:
    """Rubric levels as a provider's answer stores them: criterion, level, evidence of each."""
    return [
        {"criterion": criterion, "level": level, "evidence": evidence, "justification": ""}
        for criterion, level, evidence in reached
    ]
