"""What RQ and django-rq bring along works on gated queues, and shows the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from feedback.dispatch.rq_dispatch import RUN
from feedback.models import Document, User
from tests.factories.work import an_analysis
from tests.running import PATIENCE, ROOT, processes, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def held_to_the_list(limiter_settings: None, settings: Settings) -> None:
    """Here the jobs are our own."""
    settings.LIMITER_ALLOWED_CALLABLES = [RUN]


@pytest.fixture
def waiting(redis_client: redis.Redis) -> Document:
    """A document with two sections in line on the gated queue "offline"."""
    from feedback.dispatch import job_queue

    document = an_analysis()
    for job in document.jobs.all():
        job_queue.enqueue(job)
    return document


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.org", "correct horse"))
    return client


def test_rqstats_counts_what_waits(waiting: Document, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rqstats", "--json")
    queues = {queue["name"]: queue for queue in json.loads(capsys.readouterr().out)["queues"]}
    assert queues["offline"]["jobs"] == 2


def test_rq_info_shows_the_queue(
    waiting: Document, redis_url: str, child_environment: dict[str, str]
) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "rq.cli", "info", "--url", redis_url, "--raw", "--only-queues"],
        cwd=ROOT, env=child_environment, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert "queue offline 2" in shown.stdout


def test_django_rqs_pages_show_the_line_and_its_jobs(waiting: Document, operator: Client) -> None:
    from django_rq.settings import get_queues_map

    index = get_queues_map()["offline"]
    job = waiting.jobs.earliest("pk")
    for address, shows in [
        ("/admin/rq/", "offline"),
        (f"/admin/rq/queues/{index}/", str(job.pk)),
        (f"/admin/rq/queues/{index}/{job.pk}/", "feedback.pipeline.entry.perform"),
        ("/admin/rq/workers/0/", "Workers"),
    ]:
        page = operator.get(address)
        assert page.status_code == 200, address
        assert shows in page.content.decode(), address


def test_a_pool_of_workers_empties_the_line(
    waiting: Document, child_environment: dict[str, str], tmp_path: Path
) -> None:
    with processes(child_environment, tmp_path / "pool.log") as running:
        running.command("rqworker-pool", "offline", "--num-workers", "2")
        wait_until(
            lambda: Document.objects.filter(pk=waiting.pk, state=Document.State.COMPLETE).exists(),
            "the document is complete",
        )
