"""Other libraries' limits behind one call each: `take(key) -> bool`, 50 a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import limits
import pyrate_limiter
import throttled
import time_machine
from limits import storage, strategies
from throttled import utils

from limiter.limits import Algorithm, Rule, compile_rule
from limiter.limits.memory import MemoryLimits
from limiter.limits.redis import RedisLimits

if TYPE_CHECKING:
    import redis

Take = Callable[[str], bool]

RATE, MINUTE = 50, 60
START = 1_800_000_000.0
SMOOTH = (Algorithm.LEAKY_BUCKET, Algorithm.TOKEN_BUCKET, Algorithm.ADAPTIVE)
LIMITS = (strategies.FixedWindowRateLimiter, strategies.MovingWindowRateLimiter,
          strategies.SlidingWindowCounterRateLimiter)  # fmt: skip


def our_rule(algorithm: Algorithm) -> Rule:
    return compile_rule(algorithm, f"{RATE}/m", RATE if algorithm in SMOOTH else None)


def in_redis(client: redis.Redis, url: str) -> Iterator[tuple[str, Take]]:
    """Each on the same server."""
    ours = RedisLimits(client)
    for algorithm in Algorithm:
        yield f"marginalia {algorithm.value}", _ours(ours, our_rule(algorithm))
    yield from _limits(storage.RedisStorage(url))
    yield from _throttled(throttled.RedisStore(server=url))
    yield "pyrate-limiter sliding log", _pyrate_redis(client)


def in_memory(seconds: Callable[[], float]) -> Iterator[tuple[str, Take]]:
    """Each in this process, on a clock that `simulated` moves."""
    ours = MemoryLimits(lambda: round(seconds() * 1_000_000))
    for algorithm in Algorithm:
        yield f"marginalia {algorithm.value}", _ours(ours, our_rule(algorithm))
    yield from _limits(storage.MemoryStorage())
    yield from _throttled(throttled.MemoryStore())
    yield "pyrate-limiter sliding log", _pyrate_memory(seconds)


@contextmanager
def simulated() -> Iterator[Callable[[float], None]]:
    """Time as every library here reads it stands still; the function that is given moves it."""
    with ExitStack() as stack:
        travel = stack.enter_context(time_machine.travel(START, tick=False))
        stack.enter_context(mock.patch.object(utils, "now_mono_f", time.time))
        yield travel.move_to


def _ours(store: Any, rule: Rule) -> Take:
    return lambda key: bool(store.take(rule, key).allowed)


def _limits(kept: Any) -> Iterator[tuple[str, Take]]:
    item = limits.parse(f"{RATE}/minute")
    for strategy in LIMITS:
        name = strategy.__name__.removesuffix("RateLimiter")
        limiter = strategy(kept)
        yield f"limits {name}", lambda key, limiter=limiter, name=name: limiter.hit(item, name, key)  # type: ignore[misc]


def _throttled(store: Any) -> Iterator[tuple[str, Take]]:
    quota = throttled.per_min(RATE, burst=RATE)
    for kind in throttled.RateLimiterType:
        limiter = throttled.Throttled(using=kind.value, quota=quota, store=store)
        yield (
            f"throttled-py {kind.value}",
            lambda key, limiter=limiter: not limiter.limit(key).limited,  # type: ignore[misc]
        )


def _pyrate_redis(client: redis.Redis) -> Take:
    """One bucket holds one key there."""
    rates = [pyrate_limiter.Rate(RATE, MINUTE * 1_000)]
    buckets: dict[str, pyrate_limiter.Limiter] = {}

    def take(key: str) -> bool:
        if key not in buckets:
            bucket = pyrate_limiter.RedisBucket.init(rates, client, f"pyrate:{key}")
            factory = pyrate_limiter.SingleBucketFactory(bucket, schedule_leak=False)
            buckets[key] = pyrate_limiter.Limiter(factory)
        return bool(buckets[key].try_acquire(key, blocking=False))

    return take


def _pyrate_memory(seconds: Callable[[], float]) -> Take:
    class Clock(pyrate_limiter.AbstractClock):
        def now(self) -> int:
            return round(seconds() * 1_000)

    bucket = pyrate_limiter.InMemoryBucket([pyrate_limiter.Rate(RATE, MINUTE * 1_000)])
    bucket._clock = Clock()
    limiter = pyrate_limiter.Limiter(pyrate_limiter.SingleBucketFactory(bucket, schedule_leak=False))

    def take(key: str) -> bool:
        bucket.leak(round(seconds() * 1_000))  # its background thread does not see a simulated clock
        return bool(limiter.try_acquire(key, blocking=False))

    return take
