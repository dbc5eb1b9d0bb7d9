"""Each shared limit of an upstream is a figure of its own."""

from __future__ import annotations

from limiter.gate.model import BreakerMode, BreakerState, Level, Reason, Status
from limiter.models import Upstream
from limiter.operations.metrics import _limits
from limiter.selectors import UpstreamStatus


def test_requests_and_tokens_show_what_is_free_and_a_debt_shows_as_one() -> None:
    live = Status(
        upstream="bedrock", version=1, epoch="e", now=0.0, waiting=0, in_flight=0, bucket_level=None,
        bucket_capacity=None, requests_per_minute=None, breaker=BreakerState.CLOSED,
        breaker_mode=BreakerMode.AUTO, breaker_failures=0, breaker_retry_at=None, generation=0,
        counters={}, flows={},
        levels={
            Reason.REQUESTS_PER_MINUTE: Level(free=3, most=10, per_minute=60),
            Reason.TOKENS_PER_MINUTE: Level(free=-500, most=20_000, per_minute=20_000),
        },
    )  # fmt: skip
    status = UpstreamStatus(upstream=Upstream(name="bedrock"), live=live, breaker_since=None)
    found = {
        (sample.name, sample.labels["limit"]): sample.value
        for family in _limits([status])
        for sample in family.samples
    }
    assert found["limiter_limit_free", "tokens_per_minute"] == -500
    assert found["limiter_limit_most", "requests_per_minute"] == 10
    assert found["limiter_limit_per_minute", "requests_per_minute"] == 60
