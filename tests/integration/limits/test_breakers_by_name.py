"""`limiter.breaker` around a call that fails, in one process and shared."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import redis
from pytest_django import Settings
from redis.backoff import NoBackoff
from redis.retry import Retry

import limiter
from limiter.algorithms.breakers.redis import RedisBreakers
from limiter.algorithms.limits.redis import RedisLimits
from limiter.gate.model import BreakerState
from limiter.named.stores import Stores, in_memory, use_stores


@pytest.fixture(params=["memory", "redis"], autouse=True)
def named(request: pytest.FixtureRequest, settings: Settings, redis_client: redis.Redis) -> Iterator[None]:
    settings.BREAKERS = {"library": {"failures": 2, "open_seconds": 500}}
    shared = Stores(RedisLimits(redis_client), RedisBreakers(redis_client))
    with use_stores(in_memory() if request.param == "memory" else shared):
        yield


def down() -> str:
    raise OSError("no route")


def test_after_the_failures_the_call_is_not_made() -> None:
    library = limiter.breaker("library")
    for _ in range(2):
        with pytest.raises(OSError, match="no route"):
            library.call(down)
    calls: list[int] = []
    with pytest.raises(limiter.CircuitOpenError) as refused:
        library.call(calls.append, 1)
    assert calls == []
    assert refused.value.retry_after is not None
    assert 400 < refused.value.retry_after <= 600
    assert library.state is BreakerState.OPEN


def test_what_the_caller_did_wrong_does_not_count() -> None:
    library = limiter.breaker("library", failures=(OSError,))
    for _ in range(5):
        with pytest.raises(ValueError, match="invalid literal"):
            library.call(int, "seven")
    assert library.call(int, "7") == 7


def test_a_coroutine_is_guarded_the_same_way() -> None:
    async def later() -> str:
        return down()

    async def three_times() -> None:
        library = limiter.breaker("library")
        for _ in range(2):
            with pytest.raises(OSError, match="no route"):
                await library.acall(later)
        with pytest.raises(limiter.CircuitOpenError):
            await library.acall(later)

    asyncio.run(three_times())


def test_what_the_service_asks_for_is_heard() -> None:
    class Busy(Exception):
        retry_after = 590

    def busy() -> None:
        raise Busy

    library = limiter.breaker("library")
    for _ in range(2):
        with pytest.raises(Busy):
            library.call(busy)
    with pytest.raises(limiter.CircuitOpenError) as refused:
        library.call(busy)
    assert refused.value.retry_after is not None
    assert refused.value.retry_after > 550


def test_a_store_that_is_away_does_not_stop_the_call() -> None:
    nowhere = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    with use_stores(Stores(in_memory().limits, RedisBreakers(nowhere))):
        assert limiter.breaker("library").call(int, "7") == 7
