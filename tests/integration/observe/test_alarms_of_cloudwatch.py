"""deploy/aws/alarms.yaml: alarms on figures that are really sent, as CloudWatch takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import cfnlint.decode
import pytest

from feedback.operations.observe.metrics.cloudwatch import Exporter
from limiter.gate import Outcome, Ticket, UpstreamConfig
from limiter.gate.redis import RedisGate
from tests.factories.work import an_analysis
from tests.running import ROOT

if TYPE_CHECKING:
    import redis
    from mypy_boto3_cloudwatch.client import CloudWatchClient

pytestmark = pytest.mark.django_db

GIVEN = {
    "Namespace": "Marginalia", "Upstream": "offline", "Queue": "offline",
    "Topic": "arn:aws:sns:eu-central-1:123456789012:operators",
}  # fmt: skip


def filled(part: Any) -> Any:
    """A part of the template with its parameters put in."""
    if isinstance(part, dict):
        return (
            GIVEN[part["Ref"]]
            if set(part) == {"Ref"}
            else {name: filled(each) for name, each in part.items()}
        )
    return [filled(each) for each in part] if isinstance(part, list) else part


def alarms() -> dict[str, dict[str, Any]]:
    template, _ = cfnlint.decode.decode(str(ROOT / "deploy/aws/alarms.yaml"))
    return {name: filled(alarm["Properties"]) for name, alarm in template["Resources"].items()}


def looked_at(alarm: dict[str, Any]) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Each metric of an alarm: its name and its dimensions."""
    metrics = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    return [
        (each["MetricName"], frozenset((one["Name"], one["Value"]) for one in each["Dimensions"]))
        for each in metrics or [alarm]
    ]


def calls_end(gate: RedisGate) -> None:
    """One call to the upstream with each outcome that an alarm counts."""
    outcomes = (Outcome.SUCCESS, Outcome.THROTTLED, Outcome.FAILURE)
    for number, outcome in enumerate(outcomes):
        gate.offer("offline", Ticket(f"call{number}", "flow", "group", document="d", tokens=1))
        (lease,) = gate.admit("offline", 1).leases
        gate.settle("offline", lease.id, outcome)


def test_each_alarm_looks_at_a_figure_that_is_sent(
    cloudwatch: CloudWatchClient, redis_client: redis.Redis
) -> None:
    an_analysis()
    gate = RedisGate(redis_client)
    gate.configure(UpstreamConfig("offline", 10**6))
    exporter = Exporter(cloudwatch, "Marginalia")
    exporter.send()
    calls_end(gate)
    exporter.send()
    sent = {
        (each["MetricName"], frozenset((one["Name"], one["Value"]) for one in each["Dimensions"]))
        for each in cloudwatch.list_metrics(Namespace="Marginalia")["Metrics"]
    }
    for name, alarm in alarms().items():
        assert set(looked_at(alarm)) <= sent, name


def test_cloudwatch_takes_each(cloudwatch: CloudWatchClient) -> None:
    for name, alarm in alarms().items():
        cloudwatch.put_metric_alarm(AlarmName=name, **alarm)
    found = cloudwatch.describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"] for alarm in found} == set(alarms())
    assert all(alarm["AlarmActions"] == [GIVEN["Topic"]] for alarm in found)


def test_each_alarm_has_a_page_that_says_what_to_do() -> None:
    for alarm in alarms().values():
        page = re.search(r"runbooks/[\w/-]+$", alarm["AlarmDescription"])
        assert page
        assert (ROOT / "docs" / f"{page[0]}.md").exists()
