"""The order of the stages: a service writes what a stage found, the workflow alone starts what follows."""

from __future__ import annotations

import pytest

from feedback.documents import split
from feedback.messages.model import Message
from feedback.models import Document, Job, User
from feedback.services.intake import documents
from feedback.services.work import stages, workflow
from tests.factories.work import a_document

pytestmark = pytest.mark.django_db

TEXT = "# Introduction\n\nBees collect nectar. They store it.\n\n# Results\n\nThe hive has honey in autumn."
Kind = Job.Kind


def job_of(document: Document, kind: Job.Kind) -> Job:
    job = stages.start(document, kind)
    assert job is not None
    job.document = document
    return job


def kinds(document: Document) -> list[str]:
    return list(document.jobs.order_by("pk").values_list("kind", flat=True))


def test_a_recorded_text_starts_nothing_and_split_follows_parse(owner: User) -> None:
    document = a_document(owner)
    parse = job_of(document, Kind.PARSE)
    documents.record_text(document, text=TEXT, headings=[], warnings=[])
    assert kinds(document) == [Kind.PARSE]
    workflow.advance(parse)
    assert kinds(document) == [Kind.PARSE, Kind.SPLIT]


def test_recorded_sections_start_nothing_and_an_analysis_of_each_follows_split(owner: User) -> None:
    document = a_document(owner, text=TEXT)
    job = job_of(document, Kind.SPLIT)
    sections = split(TEXT)
    documents.record_sections(document, sections)
    assert kinds(document) == [Kind.SPLIT]
    workflow.advance(job)
    assert kinds(document) == [Kind.SPLIT] + [Kind.ANALYSE] * len(sections)


def test_a_document_that_was_cancelled_meanwhile_is_not_analysed(owner: User) -> None:
    document = a_document(owner, text=TEXT)
    job = job_of(document, Kind.SPLIT)
    documents.cancel(Document.objects.get(pk=document.pk))
    documents.record_sections(document, split(TEXT))
    workflow.advance(job)
    assert kinds(document) == [Kind.SPLIT]
    assert not document.sections.exists()


@pytest.mark.parametrize("kind", [Kind.PARSE, Kind.SPLIT])
def test_a_document_that_cannot_be_read_fails(owner: User, kind: Job.Kind) -> None:
    document = a_document(owner, text=TEXT)
    workflow.give_up(job_of(document, kind), Message("unreadable"))
    document.refresh_from_db()
    assert (document.state, document.problem) == (Document.State.FAILED, Message("unreadable"))
