"""What holds work in line, and what would help: in each state the dashboard can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from feedback.selectors.operations.binding import bindings_of
from feedback.selectors.operations.figures import UpstreamFigures
from feedback.selectors.operations.health import health_of
from limiter.gate.model import FlowStatus, Level, Reason

from .test_health import NOW, WORKER, figures, now

REQUESTS = {Reason.REQUESTS_PER_MINUTE: Level(free=0.2, most=10, per_minute=30)}
TOKENS = {Reason.TOKENS_PER_MINUTE: Level(free=-500, most=40_000, per_minute=40_000)}
ROOM = {Reason.REQUESTS_PER_MINUTE: Level(free=4, most=10, per_minute=30)}


def waiting(
    levels: Any, *, most: int | None = None, blocked: bool = False, **counted: Any
) -> UpstreamFigures:
    found: UpstreamFigures = figures(in_line=12, since=NOW - timedelta(minutes=20), **counted)
    assert found.status is not None
    flows = MappingProxyType({"ada": FlowStatus(waiting=12, in_flight=0, weight=1, blocked=blocked)})
    found.status = replace(
        found.status, live=replace(found.status.live, levels=MappingProxyType(levels), flows=flows)
    )
    found.upstream.max_in_flight = most
    return found


@pytest.mark.parametrize(
    ("state", "slots", "words"),
    [
        (
            waiting(REQUESTS, in_flight=3, began=28), 32,
            "The quota of 30 requests a minute binds: a higher quota would help; more workers won't.",
        ),
        (
            waiting(TOKENS, in_flight=3), 32,
            "The quota of 40,000 tokens a minute binds: a higher quota or shorter answers would help; "
            "more workers won't.",
        ),
        (
            waiting(ROOM, most=4, in_flight=4), 32,
            "The limit of 4 calls at once binds: raising it helps as far as the provider allows; "
            "more workers won't.",
        ),
        (
            waiting(ROOM, most=40, in_flight=8), 8,
            "All 8 slots of the workers are taken: more workers would help; a higher quota won't.",
        ),
        (
            waiting(ROOM, blocked=True), 32,
            "People's own limits bind: other plans or exceptions for them would help; neither workers nor a "
            "higher quota will.",
        ),
    ],
)  # fmt: skip
def test_each_thing_that_binds_is_named_with_what_helps(
    state: UpstreamFigures, slots: int, words: str
) -> None:
    seen = now(state, workers=[replace(WORKER, slots=slots)])
    assert [str(each) for each in bindings_of(seen)] == [words]
    assert health_of(seen).advice == words


def test_a_line_that_moves_and_an_upstream_that_stands_still_have_none() -> None:
    assert bindings_of(now(waiting(ROOM))) == []
    assert bindings_of(now(waiting(REQUESTS, began=3))) == [], "an empty bucket alone is none"
    assert bindings_of(now(waiting(REQUESTS, paused=True))) == []
    assert bindings_of(now(figures())) == []


def test_work_that_no_worker_listens_to_is_no_service() -> None:
    deaf = replace(WORKER, queues=["offline"])
    seen = now(waiting(ROOM), workers=[deaf])
    assert [str(each) for each in bindings_of(seen)] == [
        "No worker listens to its queue: a worker that does would help; a higher quota won't."
    ]
    health = health_of(seen)
    assert health.sentence == (
        "Some students are not being served: no worker listens to bedrock, and 12 jobs wait."
    )
    assert "rqworker" in health.advice
    assert "are being served" in health_of(now(waiting(ROOM), workers=[WORKER, deaf])).sentence
