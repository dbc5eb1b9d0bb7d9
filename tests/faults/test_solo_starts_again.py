"""A solo process that starts takes up what an earlier one left."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from feedback.models import Document, Job
from tests.factories.work import an_analysis
from tests.running import ROOT, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def left_behind(transactional_db: None) -> Document:
    """A document of a process that was killed: one section was running, the other in line."""
    document = an_analysis()
    long_ago = timezone.now() - timedelta(hours=1)
    first, second = document.jobs.order_by("pk")
    Job.objects.filter(pk=first.pk).update(state="running", lease="gone", started_at=long_ago, attempt=1)
    Job.objects.filter(pk=second.pk).update(waiting_since=long_ago)
    return document


@pytest.fixture
def solo_web(left_behind: Document, child_environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    environment = {**child_environment, "PROFILE": "solo", "REDIS_URL": "unix:///nowhere/redis.sock"}
    with (tmp_path / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", "0"],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield
        finally:
            web.terminate()
            web.wait(30)


def test_what_was_left_is_finished(solo_web: None, left_behind: Document) -> None:
    documents = Document.objects.filter(pk=left_behind.pk)
    wait_until(lambda: documents.filter(state="complete").exists(), "the document is complete")
    assert set(left_behind.jobs.values_list("state", flat=True)) == {"done"}
    assert sorted(left_behind.jobs.values_list("attempt", flat=True)) == [1, 1, 2]
