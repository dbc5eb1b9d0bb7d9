"""What docs/metrics.md promises is served, label by label; rules and dashboards ask for nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import redis
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import CounterMetricFamily

from feedback.operations.observe.metrics import counters
from feedback.operations.observe.metrics.exposition import SHARED, Careful
from tests.running import ROOT

pytestmark = pytest.mark.django_db

NAME = re.compile(r"\b(?:marginalia|limiter)_\w+")
SUFFIX = re.compile(r"_(bucket|count|sum)$")  # a histogram's own


def rows() -> dict[str, str]:
    """Each documented metric, and what its row says."""
    page = (ROOT / "docs" / "metrics.md").read_text()
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.*) \|$", page, re.MULTILINE)
    return {name: words for names, words in named for name in NAME.findall(names)}


def served() -> dict[str, set[str]]:
    """Each metric that the code has, with its labels."""
    counted = [each for each in vars(counters).values() if isinstance(each, MetricWrapperBase)]
    read = [family for collector in SHARED for family in Careful(collector()).collect()]
    metrics: list[Any] = [*counted, *read]
    return {_name(each): set(each._labelnames) for each in metrics}


def _name(metric: object) -> str:
    """As it is asked for. prometheus_client keeps a counter's name without its ending."""
    name: str = getattr(metric, "_name", "") or metric.name  # type: ignore[attr-defined]
    is_counter = isinstance(metric, CounterMetricFamily) or getattr(metric, "_type", "") == "counter"
    return f"{name}_total" if is_counter else name


def test_documented_and_served_are_the_same(redis_client: redis.Redis) -> None:
    assert set(rows()) == set(served())


def test_each_label_is_named_in_its_row(redis_client: redis.Redis) -> None:
    documented = rows()
    unsaid = {
        (name, label)
        for name, labels in served().items()
        for label in labels
        if f"`{label}`" not in documented[name] and not (name.startswith("limiter_") and label == "upstream")
    }  # the limiter's upstream is documented once, above its table
    assert unsaid == set()


def test_rules_and_dashboards_ask_only_for_what_is_served(redis_client: redis.Redis) -> None:
    asked = (ROOT / "deploy" / "prometheus" / "rules.yml").read_text()
    for dashboard in (ROOT / "deploy" / "grafana").glob("*.json"):
        for panel in json.loads(dashboard.read_text())["panels"]:
            asked += " ".join(target["expr"] for target in panel["targets"])
    names = {SUFFIX.sub("", name) for name in NAME.findall(asked)}
    assert len(names) > 20
    assert names <= set(served())
