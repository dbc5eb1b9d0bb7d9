"""CloudWatch, as moto's server speaks it: what was added since the last pass, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from django.core.management import CommandError, call_command

from feedback.operations.observe.metrics import counters
from feedback.operations.observe.metrics.cloudwatch import Exporter
from tests.factories.work import an_analysis

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

pytestmark = pytest.mark.django_db


def statistics(client: CloudWatchClient, name: str, **dimensions: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    answer = client.get_metric_statistics(
        Namespace="Marginalia",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in sorted(dimensions.items())],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Sum", "SampleCount", "Minimum", "Maximum"],
    )
    points = answer["Datapoints"]
    return dict(points[0]) if points else {}


def test_gauges_are_sent_as_they_are(cloudwatch: CloudWatchClient) -> None:
    an_analysis()
    assert Exporter(cloudwatch, "Marginalia").send() > 0
    waiting = statistics(cloudwatch, "marginalia_jobs", queue="offline", stage="analyse", state="waiting")
    assert waiting["Sum"] == 2
    assert statistics(cloudwatch, "limiter_breaker_state", upstream="offline", state="closed")["Sum"] == 1


def test_counters_are_sent_as_what_was_added(cloudwatch: CloudWatchClient) -> None:
    counted = counters.tokens.labels("offline", "output")
    counted.inc(1000)
    exporter = Exporter(cloudwatch, "Marginalia")
    exporter.send()
    assert statistics(cloudwatch, "marginalia_tokens", upstream="offline", kind="output") == {}
    counted.inc(30)
    exporter.send()
    exporter.send()
    assert statistics(cloudwatch, "marginalia_tokens", upstream="offline", kind="output")["Sum"] == 30


def test_times_are_sent_with_count_sum_and_bounds(cloudwatch: CloudWatchClient) -> None:
    spread = counters.service_seconds.labels("analyse")
    exporter = Exporter(cloudwatch, "Marginalia")
    exporter.send()
    for seconds in (3.0, 15.0):
        spread.observe(seconds)
    exporter.send()
    found = statistics(cloudwatch, "marginalia_service_seconds", stage="analyse")
    assert (found["SampleCount"], found["Sum"]) == (2, 18)
    assert found["Minimum"] <= 3
    assert 15 <= found["Maximum"] <= 20


def test_what_was_refused_is_sent_next_time(
    cloudwatch: CloudWatchClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = counters.tokens.labels("offline", "input")
    exporter = Exporter(cloudwatch, "Marginalia")
    exporter.send()
    counted.inc(7)
    away = boto3.client("cloudwatch", endpoint_url="http://127.0.0.1:1")
    with monkeypatch.context() as patch:
        patch.setattr(exporter, "_client", away)
        with pytest.raises(Exception, match="Could not connect"):
            exporter.send()
    away.close()
    exporter.send()
    assert statistics(cloudwatch, "marginalia_tokens", upstream="offline", kind="input")["Sum"] == 7


def test_the_command_says_how_much_it_sent(
    cloudwatch: CloudWatchClient, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("export_metrics", "--cloudwatch")
    assert "figures sent to CloudWatch" in capsys.readouterr().out


def test_a_cloudwatch_that_is_away_is_one_line(
    cloudwatch: CloudWatchClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
    with pytest.raises(CommandError, match="CloudWatch took nothing") as refused:
        call_command("export_metrics", "--cloudwatch")
    assert refused.value.returncode == 1
