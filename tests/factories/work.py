"""Documents and jobs at any point of their way."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from feedback.dispatch import flows
from feedback.models import Document, Job, Section, User
from feedback.services.accounts import erasure
from limiter.models import Upstream
from limiter.services import create_upstream

_numbers = count(1)

TEXT = (
    "Introduction\n\nBees matter because they pollinate crops. It is clear that they are declining.\n\n"
    "Method\n\nThe hives were counted in spring. The hives were counted again in autumn.\n"
)


def a_student(**fields: Any) -> User:
    return User.objects.create_user(f"student{next(_numbers)}@example.org", "correct horse", **fields)


def a_document(owner: User | None = None, **fields: Any) -> Document:
    """A document in the state its fields say; received by default."""
    owner = owner or a_student()
    ended = fields.get("state") in Document.ENDED
    values: dict[str, Any] = {
        "title": "On bees",
        "upstream": "offline",
        "submission_key": uuid4().hex,
        "finished_at": timezone.now() if ended else None,
    }
    return Document.objects.create(owner=owner, **{**values, **fields})


def an_analysis(owner: User | None = None, **fields: Any) -> Document:
    """A document with two sections that wait in line."""
    document = a_document(owner, text=TEXT, state=Document.State.ANALYSING, **fields)
    middle = TEXT.index("Method")
    for position, (start, end, heading) in enumerate(
        [(0, middle, "Introduction"), (middle, len(TEXT), "Method")]
    ):
        section = Section.objects.create(
            document=document,
            position=position,
            start=start,
            end=end,
            heading=heading,
            heading_path=[heading],
        )
        a_job(document, section=section)
    return document


def a_job(document: Document, *, section: Section | None = None, **fields: Any) -> Job:
    """A job that waits, unless its fields say otherwise."""
    calls = section is not None or fields.get("kind") == Job.Kind.SUMMARISE
    values: dict[str, Any] = {
        "kind": Job.Kind.ANALYSE if section else Job.Kind.PARSE,
        "target": section.pk if section else document.pk,
        "queue": document.upstream if calls else "parse",
        "upstream": document.upstream if calls else "",
        "flow": flows.flow_of(document.owner),
        "group": flows.group_of(document),
        "waiting_since": timezone.now(),
    }
    return Job.objects.create(document=document, section=section, **{**values, **fields})


def make_due(job: Job) -> None:
    """Its pause is over."""
    Job.objects.filter(pk=job.pk).update(not_before=None)


def deleted_by_its_owner(document: Document) -> None:
    erasure.delete_document(document, by=document.owner)


def a_simulated_upstream(**values: Any) -> Upstream:
    """The upstream of calls to the simulator."""
    values = {"target": "bedrock", "queue": "simulated", **values}
    return create_upstream(name="simulated", values=values, author="test", reason="for the simulator")
