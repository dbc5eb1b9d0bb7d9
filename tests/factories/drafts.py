"""Drafts as a person leaves them, and answers as a provider gives them, for drafts that follow each other."""

from __future__ import annotations

from typing import Any

from uuid_utils.compat import uuid7

from feedback.models import Document, Draft, Job, User
from feedback.pipeline.run import run
from feedback.services.intake import drafts
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.work import make_due

PARAGRAPHS = (
    "Bees matter because they pollinate the crops that we eat, and farms without bees would have to do "
    "that work by hand, which nobody could pay for in the long run, as trials in several places have shown.",
    "We counted the hives of four farms in spring, and we counted them again in the autumn of that year, "
    "always at the same hour of the day and in the same weather, so that the figures can be compared.",
    "There were fewer hives in autumn than there had been in spring on every farm but one, and on that one "
    "the farmer had bought new hives in summer, which he told us only after we had asked him about it.",
)
TITLES = ("Introduction", "Method", "Results")
ESSAY = "\n\n".join(f"# {title}\n\n{text}" for title, text in zip(TITLES, PARAGRAPHS, strict=True))


def a_draft(owner: User, text: str = ESSAY, **fields: Any) -> Draft:
    content = drafts.Content(
        title=fields.get("title", "On bees"), text=text, assignment=fields.get("assignment"),
        previous=fields.get("previous"),
    )  # fmt: skip
    return drafts.save(owner=owner, draft_id=uuid7(), version=0, content=content, handed=fields.get("handed"))


def hand_in(draft: Draft, **fields: Any) -> Document:
    content = drafts.Content(draft.title, fields.get("text", draft.text), draft.assignment)
    return drafts.hand_in(
        owner=draft.owner, draft_id=draft.pk, version=fields.get("version", draft.version), content=content,
        handed=None,
    )  # fmt: skip


def run_all(document: Document) -> Document:
    """Every job of a document, one after the other, as a worker would run them."""
    while job := document.jobs.filter(state=Job.State.WAITING).order_by("pk").first():
        lease = Lease(
            id=f"lease-{job.pk}", job=str(job.pk), upstream=job.upstream, flow=job.flow, group=job.group,
            tokens=1, generation=0, epoch="e", expires_at=0.0,
        )  # fmt: skip
        make_due(job)
        run(str(job.pk), Execution(id=lease.id, job=str(job.pk), lease=lease if job.upstream else None))
    document.refresh_from_db()
    return document
