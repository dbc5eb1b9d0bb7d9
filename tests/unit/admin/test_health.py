"""One sentence says whether students are being served, and if not why: the worst that is the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from feedback.selectors.operations.figures import Operations, UpstreamFigures
from feedback.selectors.operations.health import Level, health_of
from feedback.selectors.work.workers import Worker
from limiter.gate import BreakerMode, BreakerState, Status
from limiter.gate.model import Reason
from limiter.models import Upstream
from limiter.selectors import UpstreamStatus

NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
WORKER = Worker("one", "host", "1", "busy", ["bedrock"], 32, NOW, NOW, True, [])


def figures(name: str = "bedrock", *, breaker: BreakerState = BreakerState.CLOSED, **counted: Any) -> Any:
    settings = {field: counted.pop(field) for field in ("paused", "breaker_mode") if field in counted}
    upstream = Upstream(name=name, **settings)
    is_shut = breaker is BreakerState.OPEN and upstream.breaker_mode != BreakerMode.OBSERVE
    live = Status(
        upstream=name, version=1, epoch="e", now=1000.0, waiting=0, in_flight=0, bucket_level=None,
        bucket_capacity=None, requests_per_minute=30.0, breaker=breaker,
        breaker_mode=BreakerMode(upstream.breaker_mode), breaker_failures=0, breaker_retry_at=1040.0,
        generation=1, counters=MappingProxyType({}), flows=MappingProxyType({}),
        shut=Reason.BREAKER_OPEN if is_shut else None,
    )  # fmt: skip
    return UpstreamFigures(upstream, UpstreamStatus(upstream, live, NOW), **counted)


def now(*upstreams: UpstreamFigures, **fields: Any) -> Operations:
    values = {"gate_error": "", "workers": [WORKER], "solo": False, "currency": "USD", **fields}
    return Operations(at=NOW, upstreams=upstreams, **values)


def test_when_no_work_waits_all_is_well() -> None:
    health = health_of(now(figures()))
    assert (health.level, health.sentence) == (
        Level.WELL,
        "Nobody waits: whatever is handed in starts at once.",
    )


def test_a_line_that_moves_is_service() -> None:
    health = health_of(now(figures(in_line=12, in_flight=3, since=NOW - timedelta(seconds=20))))
    assert health.level == Level.WELL
    assert health.sentence == "Students are being served: 3 calls are in flight, 12 jobs wait."


def test_without_redis_no_work_is_served_and_nothing_is_lost() -> None:
    for away in (now(figures(), gate_error="refused"), now(figures(), workers=None)):
        assert health_of(away).level == Level.DOWN
        assert "Redis does not answer" in health_of(away).sentence


def test_without_a_worker_no_work_is_served_but_solo_needs_none() -> None:
    dead = replace(WORKER, is_alive=False)
    health = health_of(now(figures(in_line=1), workers=[dead]))
    assert health.level == Level.DOWN
    assert "no worker runs, and 1 job waits" in health.sentence
    assert health_of(now(figures(), workers=[], solo=True)).level == Level.WELL


def test_an_open_breaker_before_all_that_waits_is_no_service() -> None:
    health = health_of(now(figures(breaker=BreakerState.OPEN, in_line=4), figures("offline")))
    assert health.level == Level.DOWN
    assert "the breaker of bedrock is open since 22:00, and 4 jobs wait" in health.sentence
    assert "tries again by itself in 40 s" in health.advice


def test_where_others_are_served_some_are_not() -> None:
    health = health_of(now(figures(paused=True, in_line=4), figures("offline", in_flight=1)))
    assert health.level == Level.SLOW
    assert health.sentence.startswith("Some students are not being served: bedrock is paused")
    assert "Resume" in health.advice


def test_what_stands_still_is_reported_before_anybody_waits_for_it() -> None:
    health = health_of(now(figures(breaker=BreakerState.OPEN, breaker_mode="forced_open")))
    assert health.level == Level.SLOW
    assert "held open by an operator: new work for it will wait" in health.sentence


def test_an_observing_breaker_stops_no_work() -> None:
    assert health_of(now(figures(breaker=BreakerState.OPEN, breaker_mode="observe"))).level == Level.WELL


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        ({"runs": 20, "throttled": 2}, "bedrock throttles 10 % of the calls"),
        ({"runs": 20, "failed": 11}, "more than half of the calls to bedrock fail"),
        ({"runs": 20, "failed": 11, "throttled": 2}, "more than half of the calls to bedrock fail"),
        ({"in_line": 11, "since": NOW - timedelta(minutes=12)}, "the oldest for 12 minutes"),
    ],
)
def test_what_slows_students_down_is_named(counted: dict[str, Any], words: str) -> None:
    health = health_of(now(figures(**counted)))
    assert health.level == Level.SLOW
    assert words in health.sentence


@pytest.mark.parametrize(
    "counted",
    [
        {"runs": 9, "throttled": 9},
        {"runs": 100, "throttled": 5},
        {"in_line": 10, "since": NOW - timedelta(hours=1)},
        {"in_line": 11, "since": NOW - timedelta(minutes=9)},
    ],
)
def test_what_is_too_little_to_mean_anything_is_not(counted: dict[str, Any]) -> None:
    assert health_of(now(figures(**counted))).level == Level.WELL
