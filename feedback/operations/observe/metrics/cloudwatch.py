"""The same figures for CloudWatch: an alternative to Prometheus within AWS.

CloudWatch wants what happened since the last time where Prometheus wants totals, and it bills each
combination of name and dimensions: so counters are sent as differences, histograms as statistics of theirs,
and only what one would make an alarm or a graph of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from .exposition import registry

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from prometheus_client.core import Metric
    from prometheus_client.samples import Sample

MOST_AT_ONCE = 500  # of the 1,000 that one request may hold
CHOSEN = (
    "limiter_up", "limiter_in_line", "limiter_in_flight", "limiter_requests_per_minute",
    "limiter_breaker_state", "limiter_admitted", "limiter_refused", "limiter_settled",
    "limiter_leases_expired",
    "marginalia_jobs", "marginalia_oldest_job_seconds", "marginalia_people_waiting", "marginalia_workers",
    "marginalia_runs", "marginalia_wait_seconds", "marginalia_service_seconds", "marginalia_feedback_seconds",
    "marginalia_first_token_seconds", "marginalia_tokens", "marginalia_spend", "marginalia_coalesced",
    "marginalia_drift_percent", "marginalia_alerts",
)  # fmt: skip

Labels = tuple[tuple[str, str], ...]
Key = tuple[str, Labels]


class Exporter:
    """Remembers the totals that it has sent: the first pass sends the gauges alone."""

    def __init__(self, client: CloudWatchClient, namespace: str) -> None:
        self._client, self._namespace = client, namespace
        self._sent: dict[Key, float] | None = None

    def send(self) -> int:
        """One pass; returns the number of figures. Raises botocore's errors: none counts as sent then."""
        families = [family for family in registry(shared=True).collect() if family.name in CHOSEN]
        totals = {
            _key(sample): sample.value
            for family in families
            if family.type != "gauge"
            for sample in family.samples
        }
        data = iter(self._data(families, totals))
        count = 0
        while batch := list(islice(data, MOST_AT_ONCE)):
            self._client.put_metric_data(Namespace=self._namespace, MetricData=batch)
            count += len(batch)
        self._sent = totals
        return count

    def _data(self, families: Iterable[Metric], totals: Mapping[Key, float]) -> Iterator[MetricDatumTypeDef]:
        now = datetime.now(UTC)
        for family in families:
            if family.type == "gauge":
                for sample in family.samples:
                    yield _datum(family.name, sample.labels, now, Value=sample.value)
            elif self._sent is not None:
                since = _since(family, self._sent, totals)
                yield from (
                    _counts(family, since, now) if family.type == "counter" else _spreads(since, family, now)
                )


def _key(sample: Sample) -> Key:
    return sample.name, tuple(sorted(sample.labels.items()))


def _since(family: Metric, before: Mapping[Key, float], now: Mapping[Key, float]) -> dict[Key, float]:
    """What was added; a total that fell began again from zero."""
    added = {}
    for sample in family.samples:
        key = _key(sample)
        was = before.get(key, 0.0)
        added[key] = now[key] - was if now[key] >= was else now[key]
    return added


def _counts(family: Metric, since: Mapping[Key, float], now: datetime) -> Iterator[MetricDatumTypeDef]:
    for (name, labels), value in since.items():
        if name.endswith("_total") and value:
            yield _datum(family.name, dict(labels), now, Value=value, Unit="Count")


def _spreads(since: Mapping[Key, float], family: Metric, now: datetime) -> Iterator[MetricDatumTypeDef]:
    """Count and sum are exact; the least and the greatest are bounds of their buckets."""
    for (name, labels), count in since.items():
        if not name.endswith("_count") or not count:
            continue
        low, high = _bounds(family.name, labels, since)
        total = since[f"{family.name}_sum", labels]
        statistics = {"SampleCount": count, "Sum": total, "Minimum": min(low, total), "Maximum": high}
        yield _datum(family.name, dict(labels), now, StatisticValues=statistics, Unit="Seconds")


def _bounds(name: str, labels: Labels, since: Mapping[Key, float]) -> tuple[float, float]:
    edges = sorted(
        (float(dict(bucket)["le"]), added)
        for (sample, bucket), added in since.items()
        if sample == f"{name}_bucket" and set(labels) <= set(bucket)
    )
    below, low, high, seen = 0.0, 0.0, 0.0, 0.0
    for edge, added in edges:  # cumulative
        if added > seen:
            low, high = (below if seen == 0 else low), (edge if edge != float("inf") else below)
        below, seen = edge, added
    return low, high


def _datum(name: str, labels: Mapping[str, str], now: datetime, **what: Any) -> MetricDatumTypeDef:
    dimensions = [{"Name": label, "Value": value} for label, value in sorted(labels.items()) if value]
    return {"MetricName": name, "Dimensions": dimensions, "Timestamp": now, **what}  # type: ignore[typeddict-item]
