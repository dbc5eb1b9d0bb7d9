"""The stores of an event loop: the same Redis by connections of that loop, or the process's memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from limiter.algorithms.breakers import BreakerSpec, Permit
from limiter.algorithms.concurrency import Answer, ConcurrencyRule
from limiter.algorithms.limits import LimitRule, Turn, Verdict
from limiter.gate.model import Outcome

from .process import Stores, stores

if TYPE_CHECKING:
    import redis
    import redis.asyncio

LOOKS = 0.05  # seconds between two looks of a coroutine that waits in memory
PLAIN = (
    "client_name", "credential_provider", "db", "host", "password", "path", "port", "protocol", "username",
)  # fmt: skip


class AsyncLimits(Protocol):
    """limiter.algorithms.limits.Limits for asyncio."""

    async def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict: ...
    async def take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Turn: ...
    async def give_up(self, rule: LimitRule, key: str, id: str) -> bool: ...
    async def sleep(self, rule: LimitRule, key: str, id: str, seconds: float) -> None: ...


class AsyncConcurrency(Protocol):
    """limiter.algorithms.concurrency.ConcurrencyStore for asyncio."""

    async def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer: ...
    async def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool: ...
    async def sleep(self, key: str, id: str, seconds: float) -> None: ...


class AsyncBreakers(Protocol):
    """limiter.algorithms.breakers.Breakers for asyncio."""

    async def allow(self, name: str, spec: BreakerSpec) -> Permit: ...
    async def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None: ...


@dataclass(slots=True)
class LoopStores:
    limits: AsyncLimits
    breakers: AsyncBreakers
    concurrency: AsyncConcurrency
    behind: Stores
    closing: AsyncGenerator[None] | None = None  # closes the connections when the loop shuts down


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopStores] = WeakKeyDictionary()


async def loop_stores() -> LoopStores:
    """Those of the running loop, made at the first call."""
    loop, process = asyncio.get_running_loop(), stores()
    found = _by_loop.get(loop)
    if found is None or found.behind is not process:
        if found is not None:
            await aclose()
        found = _by_loop[loop] = await _made(process)
    return found


async def aclose() -> None:
    """Close this loop's connections; the next call makes new ones. A loop that ends in order does it too."""
    found = _by_loop.pop(asyncio.get_running_loop(), None)
    if found is not None and found.closing is not None:
        await found.closing.aclose()


async def _made(process: Stores) -> LoopStores:
    if process.connection is None:
        return LoopStores(
            _MemoryLimits(process), _MemoryBreakers(process), _MemoryConcurrency(process), process
        )
    from limiter.algorithms.breakers.redis import AsyncRedisBreakers
    from limiter.algorithms.concurrency.redis import AsyncRedisConcurrency
    from limiter.algorithms.limits.redis import AsyncRedisLimits

    from .quick import answer_seconds, store_seconds

    short = connected_like(process.connection, store_seconds())
    long = connected_like(process.connection, answer_seconds())
    closing = _closing(short, long)
    await anext(closing)  # from here on the loop knows of it
    return LoopStores(
        AsyncRedisLimits(short, long),
        AsyncRedisBreakers(short),
        AsyncRedisConcurrency(short, long),
        process,
        closing,
    )


async def _closing(*clients: redis.asyncio.Redis) -> AsyncGenerator[None]:
    """A loop closes its asynchronous generators at its end, and with this one the connections."""
    try:
        yield
    finally:
        for each in clients:
            await each.aclose()


def connected_like(client: redis.Redis, seconds: float) -> redis.asyncio.Redis:
    """A client for asyncio of the same Redis, with these time-outs."""
    import redis
    import redis.asyncio
    import redis.sentinel
    from redis.asyncio.retry import Retry
    from redis.asyncio.sentinel import Sentinel
    from redis.backoff import NoBackoff

    pool = client.connection_pool
    ours: dict[str, Any] = {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    }
    options = _plain(pool.connection_kwargs)
    if isinstance(pool, redis.sentinel.SentinelConnectionPool):
        manager = pool.sentinel_manager
        hosts = [_host(each) for each in manager.sentinels]
        sentinels = Sentinel(hosts, sentinel_kwargs=_plain(manager.sentinel_kwargs))  # type: ignore[no-untyped-call]
        found: redis.asyncio.Redis = sentinels.master_for(pool.service_name, **{**options, **ours})
        return found
    kinds = {
        redis.SSLConnection: redis.asyncio.SSLConnection,
        redis.UnixDomainSocketConnection: redis.asyncio.UnixDomainSocketConnection,
    }
    kind = next(
        (kinds[each] for each in kinds if issubclass(pool.connection_class, each)), redis.asyncio.Connection
    )
    return redis.asyncio.Redis.from_pool(
        redis.asyncio.ConnectionPool(connection_class=kind, **{**options, **ours})
    )


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """What a connection of either kind takes."""
    return {name: value for name, value in options.items() if name in PLAIN or name.startswith("ssl")}


def _host(sentinel: redis.Redis) -> tuple[str, int]:
    options = sentinel.connection_pool.connection_kwargs
    return options["host"], options["port"]


class _MemoryLimits:
    def __init__(self, process: Stores) -> None:
        self._store = process.limits

    async def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        return self._store.take(rule, key, cost)

    async def take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Turn:
        return self._store.take_in_turn(rule, key, cost, id)

    async def give_up(self, rule: LimitRule, key: str, id: str) -> bool:
        return self._store.give_up(rule, key, id)

    async def sleep(self, rule: LimitRule, key: str, id: str, seconds: float) -> None:
        await asyncio.sleep(min(seconds, LOOKS))


class _MemoryBreakers:
    def __init__(self, process: Stores) -> None:
        self._store = process.breakers

    async def allow(self, name: str, spec: BreakerSpec) -> Permit:
        return self._store.allow(name, spec)

    async def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        self._store.record(name, spec, permit, outcome, retry_after)


class _MemoryConcurrency:
    def __init__(self, process: Stores) -> None:
        self._store = process.concurrency

    async def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer:
        return self._store.take(rule, key, id, waits=waits)

    async def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool:
        return self._store.give_back(rule, key, id)

    async def sleep(self, key: str, id: str, seconds: float) -> None:
        await asyncio.sleep(min(seconds, LOOKS))
