"""What Amazon counted beside what we sent; CloudWatch is moto's server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
import redis
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from feedback.dispatch.reconcile import Reconciler
from feedback.messages.model import Message
from feedback.models import Drift, Erasure, Job, JobEvent
from feedback.operations.alerts.signals import readings
from feedback.operations.observe.metrics.drift import watch_drift
from feedback.operations.observe.metrics.exposition import page
from feedback.providers.base import TokenUsage
from feedback.services.work import job_runs
from limiter.gate.model import Outcome
from tests.factories.work import an_analysis

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

pytestmark = pytest.mark.django_db
MODEL = "anthropic.claude-test"


@pytest.fixture(scope="module")
def amazon() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def cloudwatch(
    amazon: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, redis_client: redis.Redis
) -> Iterator[CloudWatchClient]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", amazon)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.BEDROCK_REGION, settings.BEDROCK_MODEL_ID = "eu-central-1", MODEL
    settings.BEDROCK_DRIFT_WATCH = True
    client = boto3.client("cloudwatch", region_name="eu-central-1")
    yield client
    client.close()


@pytest.fixture(autouse=True)
def forgotten(amazon: str) -> None:
    """Each test has a CloudWatch of its own."""
    import requests

    requests.post(f"{amazon}/moto-api/reset", timeout=10).raise_for_status()


def amazon_counted(
    client: CloudWatchClient, model: str = MODEL, minutes_ago: float = 30, **sums: float
) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    client.put_metric_data(
        Namespace="AWS/Bedrock",
        MetricData=[
            {
                "MetricName": name, "Value": value, "Timestamp": at,
                "Dimensions": [{"Name": "ModelId", "Value": model}],
            }
            for name, value in sums.items()
        ],
    )  # fmt: skip


def we_sent(calls: int, *, read: int = 100, written: int = 50, throttled: int = 0) -> None:
    """Runs that ended half an hour ago."""
    job = an_analysis().jobs.filter(kind=Job.Kind.ANALYSE).first()
    assert job is not None
    Job.objects.filter(pk=job.pk).update(upstream="bedrock")
    used = {"input": read, "output": written}
    no = {"outcome": Outcome.THROTTLED.value, "error": "slow down"}
    JobEvent.objects.bulk_create(
        JobEvent(job=job, kind=JobEvent.Kind.DONE, detail=used) for _ in range(calls)
    )
    JobEvent.objects.bulk_create(
        JobEvent(job=job, kind=JobEvent.Kind.AGAIN, detail=no) for _ in range(throttled)
    )


@pytest.fixture
def half_an_hour_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are written with the time of their writing, and may not be changed after."""
    at = timezone.now() - timedelta(minutes=30)
    monkeypatch.setattr(JobEvent._meta.get_field("at"), "pre_save", lambda event, add: at)


def test_what_both_counted_is_no_drift(cloudwatch: CloudWatchClient, half_an_hour_ago: None) -> None:
    we_sent(40, throttled=2)
    amazon_counted(
        cloudwatch, Invocations=40, InputTokenCount=4000, OutputTokenCount=2000, InvocationThrottles=2
    )
    drift = watch_drift()
    assert drift is not None
    assert (drift.our_calls, drift.our_input, drift.our_output, drift.our_throttles) == (40, 4000, 2000, 2)
    assert (drift.calls, drift.input, drift.output, drift.throttles) == (40, 4000, 2000, 2)
    assert drift.share == 0


def test_what_is_not_ours_is_a_share_and_raises_the_alert(
    cloudwatch: CloudWatchClient, half_an_hour_ago: None
) -> None:
    we_sent(30)
    amazon_counted(cloudwatch, Invocations=40, InputTokenCount=8000, OutputTokenCount=4000)
    watch_drift()
    (reading,) = readings("drift")
    assert reading.subject == "bedrock"
    assert reading.value == pytest.approx(62.5)  # of the tokens, which say more than 25 % of the calls
    assert "40 calls, 30 of them ours" in reading.words
    assert b'marginalia_drift_percent{upstream="bedrock"} 62.5' in page()[0]


def test_other_models_other_hours_and_a_handful_of_calls_mean_nothing(
    cloudwatch: CloudWatchClient,
) -> None:
    amazon_counted(cloudwatch, model="another", Invocations=1000)
    amazon_counted(cloudwatch, minutes_ago=90, Invocations=1000)
    amazon_counted(cloudwatch, minutes_ago=1, Invocations=1000)  # not complete yet
    amazon_counted(cloudwatch, Invocations=5, InputTokenCount=500)
    drift = watch_drift()
    assert drift is not None
    assert (drift.calls, drift.share) == (5, 0)


def test_what_was_deleted_meanwhile_counts_as_ours(
    cloudwatch: CloudWatchClient, half_an_hour_ago: None
) -> None:
    we_sent(20)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Erasure.objects.create(
        kind=Erasure.Kind.DOCUMENT, subject=an_analysis().pk, handed_in_at=an_hour_ago, calls=10, tokens=1500
    )
    amazon_counted(cloudwatch, Invocations=30, InputTokenCount=3000, OutputTokenCount=1500)
    drift = watch_drift()
    assert drift is not None
    assert drift.share == 0


def test_the_end_of_a_run_says_what_it_used(cloudwatch: CloudWatchClient) -> None:
    job = an_analysis().jobs.filter(kind=Job.Kind.ANALYSE).first()
    assert job is not None
    started = timezone.now()
    Job.objects.filter(pk=job.pk).update(state="running", lease="here", started_at=started)
    job.refresh_from_db()
    assert job_runs.back_in_line(
        job, outcome=Outcome.SUCCESS, error=Message("truncated"), counts=False, usage=TokenUsage(7, 9)
    )
    event = job.events.last()
    assert event is not None
    assert (event.detail["input"], event.detail["output"]) == (7, 9)


def test_the_reconciler_counts_every_few_minutes_where_it_is_asked_to(
    cloudwatch: CloudWatchClient, settings: Settings
) -> None:
    reconciler = Reconciler(patience=30)
    reconciler.run_once()
    first = Drift.objects.get().counted_at
    reconciler.run_once()
    assert Drift.objects.get().counted_at == first
    settings.BEDROCK_DRIFT_WATCH = False
    Drift.objects.all().delete()
    Reconciler(patience=30).run_once()
    assert not Drift.objects.exists()


def test_a_cloudwatch_that_is_away_is_a_line_in_the_log(
    cloudwatch: CloudWatchClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
    assert watch_drift() is None
    assert "in vain" in caplog.text
    assert not Drift.objects.exists()


def test_a_count_of_yesterday_says_nothing_of_today(cloudwatch: CloudWatchClient) -> None:
    amazon_counted(cloudwatch, Invocations=100)
    watch_drift()
    yesterday = timezone.now() - timedelta(days=1)
    Drift.objects.update(since=yesterday - timedelta(hours=1), until=yesterday)
    assert readings("drift") == []
