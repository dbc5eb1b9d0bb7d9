"""Recorded traffic once more: what would have been, under today's values and under others."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback.models import Document, Job, JobEvent
from limiter import services
from limiter.configuration.dry_run import DryRun, dry_run
from limiter.gate import Outcome, Reason, Usage
from limiter.models import ConfigVersion, Upstream
from limiter.operations.reports.dry_run import (
    dry_run_as_json,
    dry_run_columns,
    dry_run_rows,
    miss_in_words,
    trust_in_words,
)
from limiter.simulation.model import Job as SimulatedJob
from limiter.simulation.model import Limits
from limiter.simulation.provider import ProviderPlan
from limiter.simulation.provider import Quota as ProviderQuota
from limiter.simulation.replay import Replayed, Went
from limiter.simulation.station import Station
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
    in_force_since(begin - timedelta(days=1))
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


def in_force_since(moment: datetime) -> None:
    ConfigVersion.objects.filter(upstream="tested").update(at=moment)


def record(begin: datetime, offered: float, started: float, seconds: float) -> Job:
    """One job that came, began and ended so many seconds after the beginning."""
    document = Document.objects.filter(upstream="tested").first()
    document = document or a_document(a_student(), upstream="tested", state="complete")
    since = begin + timedelta(seconds=started)
    job = a_job(
        document, kind=Job.Kind.SUMMARISE, generation=document.jobs.count() + 1, state=Job.State.DONE,
        outcome="success", started_at=since, finished_at=since + timedelta(seconds=seconds),
        lease=f"lease {started}", tokens=1_000, input_tokens=500, output_tokens=300,
    )  # fmt: skip
    Job.objects.filter(pk=job.pk).update(created_at=begin + timedelta(seconds=offered))
    return job


def throttle(job: Job, times: int) -> None:
    JobEvent.objects.bulk_create(
        JobEvent(job=job, kind=JobEvent.Kind.AGAIN, detail={"outcome": "throttled"}) for _ in range(times)
    )


def proposed(found: DryRun) -> Went:
    assert found.proposed is not None, miss_in_words(found)
    return found.proposed


def tried(since: datetime, **changes: Any) -> DryRun:
    return dry_run(upstream="tested", changes=changes, since=since)


def test_todays_values_replay_what_happened(recorded: datetime) -> None:
    found = tried(recorded, requests_per_minute=20)
    replayed = found.calibration.replayed
    assert found.offered == found.recorded.started == replayed.started == JOBS
    assert replayed.wait.p50 == pytest.approx(found.recorded.wait.p50, abs=10)
    assert replayed.held_up[Reason.REQUESTS_PER_MINUTE] == pytest.approx(360, abs=15)
    assert found.calibration.is_trusted
    assert found.calibration.miss.share < 0.05
    assert found.today == replayed


def test_twice_the_rate_halves_the_wait(recorded: datetime) -> None:
    found = tried(recorded, requests_per_minute=20)
    assert found.recorded.wait.p95 is not None
    assert proposed(found).wait.p95 == pytest.approx(found.recorded.wait.p95 / 2, rel=0.05)
    assert [str(change) for change in found.changes] == ["requests per minute: 10 → 20"]


def test_fewer_calls_at_once_hold_the_line_up(recorded: datetime) -> None:
    found = tried(recorded, max_in_flight=2)
    would = proposed(found)
    assert would.most_in_flight == 2
    assert would.held_up[Reason.IN_FLIGHT] > 1_000
    assert would.wait.p95 is not None
    assert found.recorded.wait.p95 is not None
    assert would.wait.p95 > 4 * found.recorded.wait.p95


def test_what_was_throttled_tells_the_providers_quota(recorded: datetime) -> None:
    throttle(Job.objects.filter(upstream="tested")[0], 1)
    found = tried(recorded, requests_per_minute=40)
    assert (found.calibration.world.quota, found.recorded.throttled) == (10, 1)
    assert proposed(found).throttled > 0


def test_it_finds_how_many_calls_the_workers_held(upstream: Upstream) -> None:
    """No setting bounds it, and yet three began at a time: more calls at once are no use without workers."""
    services.change_upstream(upstream="tested", changes={"max_in_flight": None}, **BY)
    begin = timezone.now() - timedelta(hours=1)
    in_force_since(begin - timedelta(days=1))
    for number in range(30):
        record(begin, 1.0, 2.0 + 60.0 * (number // 3), 60.0)
    found = tried(begin, max_in_flight=50)
    assert found.calibration.world.slots == 3
    assert proposed(found).wait.p95 == pytest.approx(found.recorded.wait.p95, rel=0.1)
    assert "The workers seem to hold 3 calls at once" in trust_in_words(found)


@pytest.mark.parametrize(("quota", "burst"), [(12.0, 12.0), (20.0, 2.0), (30.0, 10.0)])
def test_it_finds_a_quota_that_nobody_told_it(upstream: Upstream, quota: float, burst: float) -> None:
    """What a provider with a quota of its own made of the traffic is recorded, and the quota is not."""
    services.change_upstream(
        upstream="tested", changes={"requests_per_minute": 40, "burst": 5, "max_in_flight": None}, **BY
    )
    begin = timezone.now() - timedelta(hours=1)
    in_force_since(begin - timedelta(days=1))
    config = Upstream.objects.get(name="tested").config_as_set()
    jobs = [
        SimulatedJob(f"{number}", f"u{number % 7}", "", "", f"{number}", float(number), 20.0, 900, Usage(800))
        for number in range(150)
    ]  # fmt: skip
    plan = ProviderPlan(quotas=(ProviderQuota(quota),), burst=burst)
    under = Replayed(config, {}, {})
    trace = Station(jobs, plan=plan, policy=under, limits=Limits(), seed=7).run()
    for run in trace.runs:
        assert run.started is not None
        if run.started < 3_300:
            record(begin, run.job.arrives, run.started, run.job.seconds)
    some = Job.objects.filter(upstream="tested")[0]
    throttle(some, sum(call.outcome is Outcome.THROTTLED for call in trace.calls if call.start < 3_300))
    found = tried(begin, requests_per_minute=quota)
    assert found.recorded.throttled > 0
    assert found.calibration.is_trusted, miss_in_words(found)
    assert found.calibration.world.quota == pytest.approx(quota, rel=0.35)
    assert proposed(found).throttled < found.recorded.throttled


def test_settings_that_were_changed_meanwhile_are_followed(upstream: Upstream) -> None:
    begin = timezone.now() - timedelta(hours=1)
    services.change_upstream(
        upstream="tested", changes={"requests_per_minute": 6, "max_in_flight": None}, **BY
    )
    in_force_since(begin - timedelta(days=1))
    services.change_upstream(upstream="tested", changes={"requests_per_minute": 60}, **BY)
    ConfigVersion.objects.filter(version=3).update(at=begin + timedelta(minutes=5))
    for number in range(30):
        record(begin, 1.0, 2.0 + 10.0 * number, 20.0)
    for number in range(60):
        record(begin, 1.0, 302.0 + number, 20.0)
    found = tried(begin, requests_per_minute=120)
    assert found.calibration.is_trusted, miss_in_words(found)
    assert len(found.edited) == 1
    assert found.today is not None
    assert found.today.wait.p95 is not None
    assert found.recorded.wait.p95 is not None
    assert found.today.wait.p95 < found.recorded.wait.p95 / 2
    assert dry_run_columns(found) == ["Recorded", "Replayed", "Today's settings", "With these"]
    assert "The settings were changed once meanwhile" in trust_in_words(found)


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
    for words in ("Recorded", "Replayed", "With these", "limit on requests a minute", "10 → 20"):
        assert words in table
    found = json.loads(run("--json"))
    assert found["proposed"]["wait_p95"] < found["replayed"]["wait_p95"]
    assert found["changes"] == [{"name": "requests_per_minute", "before": 10.0, "after": 20.0}]


def test_a_replay_that_misses_what_was_recorded_says_so_and_promises_nothing(recorded: datetime) -> None:
    """The provider throttled for another reason than the rate: somebody else spent the quota."""
    throttle(Job.objects.filter(upstream="tested")[0], 163)
    found = tried(recorded, requests_per_minute=5)
    assert not found.calibration.is_trusted
    assert (found.today, found.proposed) == (None, None)
    (row,) = [each for each in dry_run_rows(found) if each.label == "Calls throttled"]
    assert (row.values[0], row.values[-1]) == ("163", "not known")
    assert "is too much: it says nothing of other settings." in trust_in_words(found)
    data = dry_run_as_json(found)
    assert (data["trusted"], data["proposed"]) == (False, None)
    with pytest.raises(CommandError) as refused:
        call_command("limiter", "try", "tested", "requests_per_minute=5", "--hours", "1.1", stdout=StringIO())
    assert refused.value.returncode == 2
    assert "misses what was recorded by" in str(refused.value)
