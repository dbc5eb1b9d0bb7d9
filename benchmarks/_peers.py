"""Other libraries' limits behind one call each: `take(key) -> bool`, 50 a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest import mock

import limiters
import limits
import pybreaker
import pyrate_limiter
import throttled
import time_machine
from limits import storage, strategies
from throttled import utils

from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.algorithms.limits.memory import MemoryLimits
from limiter.algorithms.limits.redis import RedisLimits

if TYPE_CHECKING:
    import redis

Take = Callable[[str], bool]

RATE, MINUTE = 50, 60
START = 1_800_000_000.0
NAMES = ("requests", "tokens", "a flow's requests", "a flow's tokens of the day")
SMOOTH = (Algorithm.LEAKY_BUCKET, Algorithm.TOKEN_BUCKET, Algorithm.ADAPTIVE)
LIMITS = (strategies.FixedWindowRateLimiter, strategies.MovingWindowRateLimiter,
          strategies.SlidingWindowCounterRateLimiter)  # fmt: skip


def our_rule(algorithm: Algorithm) -> LimitRule:
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


def _ours(store: Any, rule: LimitRule) -> Take:
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


def _pyrate_limiter(client: redis.Redis, key: str, rate: int) -> pyrate_limiter.Limiter:
    """One bucket holds one key there."""
    rates = [pyrate_limiter.Rate(rate, MINUTE * 1_000)]
    bucket = pyrate_limiter.RedisBucket.init(rates, client, f"pyrate:{key}")
    factory = pyrate_limiter.SingleBucketFactory(bucket, schedule_leak=False)
    return pyrate_limiter.Limiter(factory)


def _pyrate_redis(client: redis.Redis) -> Take:
    buckets: dict[str, pyrate_limiter.Limiter] = {}

    def take(key: str) -> bool:
        if key not in buckets:
            buckets[key] = _pyrate_limiter(client, key, RATE)
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


def chains(client: redis.Redis) -> Iterator[tuple[str, Callable[[], object]]]:
    """One call where each limit is a library's: calls in flight, requests and tokens, all within a breaker.

    Each limit is there for all and for one flow. Those of requests and tokens are the peer's own; none has a
    semaphore or a breaker, so these are the same in every chain. Tokens go by the thousand. Nothing in a
    chain corrects tokens at the end or chooses the next flow, and what was taken of the first limits stays
    taken where a later one refuses.
    """
    path = client.connection_pool.connection_kwargs["path"]
    minute, day = limits.parse("1000000/minute"), limits.parse("1000000/day")
    window = strategies.MovingWindowRateLimiter(storage.RedisStorage(f"redis+unix://{path}"))
    takes: list[Callable[[], object]] = [
        partial(window.hit, day if "day" in name else minute, name) for name in NAMES
    ]
    yield "limits", _guarded(client, takes)
    store = throttled.RedisStore(server=f"unix://{path}")
    quota = throttled.per_min(1_000_000, burst=1_000_000)
    buckets = throttled.Throttled(using="token_bucket", quota=quota, store=store)
    yield "throttled-py", _guarded(client, [partial(buckets.limit, name) for name in NAMES])
    logs = {name: _pyrate_limiter(client, name, 1_000_000) for name in NAMES}
    yield (
        "pyrate-limiter",
        _guarded(
            client,
            [partial(log.try_acquire, name, blocking=False) for name, log in logs.items()],
        ),
    )


def _guarded(client: redis.Redis, takes: Sequence[Callable[[], object]]) -> Callable[[], object]:
    kept = pybreaker.CircuitRedisStorage("closed", client, namespace="chain")
    breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=60, state_storage=kept)
    every, own = (limiters.SyncSemaphore(client, name, capacity=100) for name in ("all", "a flow"))

    def call() -> None:
        with every, own:
            for take in takes:
                take()

    return lambda: breaker.call(call)
