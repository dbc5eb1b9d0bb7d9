"""A purge that is killed has done whole batches; the next one does the rest, and nothing is counted twice."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db.models import Sum

from feedback.models import Document, Job, Section, UsageDay
from feedback.retention import usage_by_day
from tests.factories.work import a_document, a_job, a_student

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
DOCUMENTS = 150
AT = datetime(2025, 3, 3, 12, tzinfo=UTC)
PURGE = (sys.executable, "manage.py", "retention", "purge", "--batch", "1")


def old_documents() -> None:
    owner = a_student()
    for _ in range(DOCUMENTS):
        document = a_document(owner, state=Document.State.COMPLETE, finished_at=AT)
        section = Section.objects.create(
            document=document, position=0, start=0, end=3, heading="H", heading_path=["H"]
        )
        a_job(document, section=section, state=Job.State.DONE, finished_at=AT, attempt=1, input_tokens=10)


def moved() -> int:
    calls: int = UsageDay.objects.aggregate(calls=Sum("calls", default=0))["calls"]
    return calls


def test_a_purge_that_is_killed_is_resumed(child_environment: dict[str, str]) -> None:
    old_documents()
    before = usage_by_day(since=date(2025, 1, 1))
    environment = {**child_environment, "RETAIN_DOCUMENTS_DAYS": "60"}
    purge = subprocess.Popen(PURGE, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not moved() and time.monotonic() < deadline:
        time.sleep(0.005)
    purge.kill()
    purge.wait()

    left = Document.objects.count()
    assert 0 < left < DOCUMENTS, "it was killed in the middle"
    assert moved() == DOCUMENTS - left
    assert usage_by_day(since=date(2025, 1, 1)) == before

    subprocess.run(PURGE, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert not Document.objects.exists()
    assert usage_by_day(since=date(2025, 1, 1)) == before
