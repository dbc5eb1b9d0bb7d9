"""Recorded traffic once more: what would have been, under today's values and under others."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from feedback.models import Job, JobEvent
from limiter import services
from limiter.configuration.dry_run import DryRun, dry_run
from limiter.gate import Reason
from limiter.models import Upstream
from limiter.operations.report_changes import dry_run_as_json, dry_run_rows, quota_in_words
from tests.factories.work import a_document, a_job, a_student

from .conftest import BY

JOBS = 60


@pytest.fixture
def recorded(upstream: Upstream) -> datetime:
    """An hour ago sixty jobs came at once; ten a minute began, and each took a minute."""
    services.change_upstream(
        upstream="tested", changes={"requests_per_minute": 10, "max_in_flight": None}, **BY
    )
    begin = timezone.now() - timedelta(hours=1)
    document = a_document(a_student(), upstream="tested", state="complete")
    for number in range(JOBS):
        started = begin + timedelta(seconds=6 * (number + 1))
        job = a_job(
            document, kind=Job.Kind.SUMMARISE, generation=number + 1, state=Job.State.DONE, outcome="success",
            started_at=started, finished_at=started + timedelta(minutes=1), lease=f"lease {number}",
            tokens=1_000, input_tokens=500, output_tokens=300,
        )  # fmt: skip
        Job.objects.filter(pk=job.pk).update(created_at=begin + timedelta(seconds=1))
    return begin


def tried(since: datetime, **changes: Any) -> DryRun:
    return dry_run(upstream="tested", changes=changes, since=since)


def test_todays_values_replay_what_happened(recorded: datetime) -> None:
    found = tried(recorded, requests_per_minute=20)
    assert found.offered == found.recorded.started == found.today.started == JOBS
    assert found.today.wait.p50 == pytest.approx(found.recorded.wait.p50, abs=10)
    assert found.today.held_up[Reason.REQUESTS_PER_MINUTE] == pytest.approx(360, abs=15)


def test_twice_the_rate_halves_the_wait(recorded: datetime) -> None:
    found = tried(recorded, requests_per_minute=20)
    assert found.today.wait.p95 is not None
    assert found.proposed.wait.p95 == pytest.approx(found.today.wait.p95 / 2, rel=0.05)
    assert [str(change) for change in found.changes] == ["requests per minute: 10 → 20"]


def test_fewer_calls_at_once_hold_the_line_up(recorded: datetime) -> None:
    found = tried(recorded, max_in_flight=2)
    assert found.proposed.most_in_flight == 2
    assert found.proposed.held_up[Reason.IN_FLIGHT] > 1_000
    assert found.proposed.wait.p95 is not None
    assert found.today.wait.p95 is not None
    assert found.proposed.wait.p95 > 4 * found.today.wait.p95


def test_what_was_throttled_tells_the_providers_quota(recorded: datetime) -> None:
    job = Job.objects.filter(upstream="tested").first()
    assert job is not None
    event = JobEvent.objects.create(job=job, kind=JobEvent.Kind.AGAIN, detail={"outcome": "throttled"})
    assert event.at > recorded
    found = tried(recorded, requests_per_minute=40)
    assert (found.quota, found.recorded.throttled, found.today.throttled) == (10, 1, 0)
    assert found.proposed.throttled > 0


def test_it_changes_nothing(recorded: datetime) -> None:
    before = Upstream.objects.values().get(name="tested")
    tried(recorded, requests_per_minute=20)
    assert Upstream.objects.values().get(name="tested") == before


def test_nonsense_is_refused_at_its_field(recorded: datetime) -> None:
    with pytest.raises(ValidationError) as refused:
        tried(recorded, burst=0.1)
    assert list(refused.value.message_dict) == ["burst"]


def test_where_nothing_ended_it_says_so(upstream: Upstream) -> None:
    with pytest.raises(ValidationError, match="Nothing ended in this time"):
        tried(timezone.now() - timedelta(hours=1), burst=2)


def test_the_command_shows_the_three_side_by_side(recorded: datetime) -> None:
    def run(*options: str) -> str:
        out = StringIO()
        call_command(
            "limiter", "try", "tested", "requests_per_minute=20", "--hours", "1.1", *options, stdout=out
        )
        return out.getvalue()

    table = run()
    for words in ("Recorded", "Today's settings", "With these", "limit on requests a minute", "10 → 20"):
        assert words in table
    found = json.loads(run("--json"))
    assert found["proposed"]["wait_p95"] < found["today"]["wait_p95"]
    assert found["changes"] == [{"name": "requests_per_minute", "before": 10.0, "after": 20.0}]


def test_a_replay_that_misses_the_throttles_says_so_and_promises_none(recorded: datetime) -> None:
    """The provider throttled for another reason than the rate: somebody else spent the quota."""
    job = Job.objects.filter(upstream="tested").first()
    assert job is not None
    JobEvent.objects.bulk_create(
        JobEvent(job=job, kind=JobEvent.Kind.AGAIN, detail={"outcome": "throttled"}) for _ in range(163)
    )
    found = tried(recorded, requests_per_minute=5)
    assert (found.recorded.throttled, found.today.throttled, found.knows_throttles) == (163, 0, False)
    (row,) = [each for each in dry_run_rows(found) if each.label == "Calls throttled"]
    assert row.values == ["163", "0", "not known"]
    assert "0 calls were throttled (recorded: 163). So nothing is said" in quota_in_words(found)
    assert dry_run_as_json(found)["proposed"]["throttled"] is None
