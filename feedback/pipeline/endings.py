"""Endings: analyses that came to a good end at about the same moment, written in one transaction.

Row, event, feedback, ledger and what follows in the workflow, as the end of one job alone would write them. A
document that another transaction has locked is left out: its jobs are ended one by one, where they may wait.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from feedback.models import Document, Feedback, Job
from feedback.providers.base import TokenUsage
from feedback.services.work import feeding, job_runs, workflow
from feedback.services.work.feedback import record_for_sections

from .stage import Answer


@dataclass(frozen=True, slots=True)
class Ending:
    """The good end of an analysis: its job, the provider's answer, and what it used."""

    job: Job
    answer: Answer
    usage: TokenUsage


def end_together(endings: Sequence[Ending]) -> list[bool | None]:
    """True for each that was written; None for one that must be ended alone, or not at all."""
    ended: list[Ending] = []
    written: list[Ending] = []
    try:
        with transaction.atomic():
            transaction.on_commit(lambda: written.extend(ended))  # first: whatever fails then, it is written
            ended += _ended(endings)
    except Exception:
        if not written:
            raise
    leases = {(each.job.pk, each.job.lease) for each in written}
    return [True if (each.job.pk, each.job.lease) in leases else None for each in endings]


def top_up(written: Sequence[Ending]) -> None:
    """The next of each flow enters, once the ends are committed."""
    feeding.top_up_many({(ending.job.upstream, ending.job.flow) for ending in written})


def _ended(endings: Sequence[Ending]) -> list[Ending]:
    free = _locked({ending.job.document_id for ending in endings})
    mine = [ending for ending in endings if ending.job.document_id in free]
    if not mine:
        return []
    ended = job_runs.finish_many([(ending.job, ending.usage) for ending in mine])
    done = [ending for ending, has_ended in zip(mine, ended, strict=True) if has_ended]
    if done:
        answers = [(each.job, each.answer.finished, each.answer.fingerprint) for each in done]
        record_for_sections(answers, standing={section for each in free.values() for section in each})
        workflow.sections_ended(each.job.document for each in done)
    return done


LOCK = f"""
SELECT id, ARRAY(SELECT section_id FROM {Feedback._meta.db_table} feedback
                 WHERE feedback.document_id = document.id AND section_id IS NOT NULL)
FROM {Document._meta.db_table} document WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - our own names


def _locked(documents: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Those that no other transaction has locked, with the sections that have feedback."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(documents)])
        return dict(cursor.fetchall())
