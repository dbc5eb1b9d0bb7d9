"""The connection of limits and breakers: it waits for moments, and not at all for a Redis known to be away.

What stands before every page must not make each of them slow when its store is gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.connection import BlockingConnectionPool, ConnectionPool
from redis.retry import Retry
from redis.sentinel import SentinelConnectionPool

from limiter.named.configured import setting

SECONDS = 0.2  # LIMITS_STORE_SECONDS: for a connection, and for an answer
LONGER = 5.0  # LIMITER_ANSWER_SECONDS: the same for what is done once, and not before every page
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 4.0  # seconds between two attempts at a Redis that is away


class KnownToBeAway(redis.ConnectionError):
    """It was away a moment ago: it was not asked, or not for the first time."""

    is_known = True  # so that it is logged once, and not for each request


class Absence:
    """What a process knows of a store that did not answer. One caller at a time tries again; all others are
    refused at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pause = 0.0  # 0: it is there
        self._next = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Raises KnownToBeAway while there is no use in asking."""
        was_away = self._may_ask()
        try:
            yield
        except (redis.ConnectionError, redis.TimeoutError) as error:
            self._is_away()
            if was_away:
                raise KnownToBeAway(str(error)) from error
            raise
        else:
            if was_away:
                self._pause = 0.0

    def _may_ask(self) -> bool:
        """Whether this is another attempt at a store that is away."""
        if not self._pause:
            return False
        with self._lock:
            if self._clock() < self._next:
                raise KnownToBeAway("Redis did not answer a moment ago")
            self._next = self._clock() + self._pause
        return True

    def _is_away(self) -> None:
        with self._lock:
            self._pause = min(max(self._pause * 2, SHORTEST_PAUSE), LONGEST_PAUSE)
            self._next = self._clock() + self._pause


class Quick(redis.Redis):
    def __init__(self, pool: ConnectionPool) -> None:
        super().__init__(connection_pool=pool)
        self._absence = Absence()

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with self._absence.watched():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Pipeline:
        made = _QuickPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        made.absence = self._absence
        return made


class _QuickPipeline(Pipeline):
    absence: Absence

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with self.absence.watched():
            return super().execute(raise_on_error)


def patient(connection: redis.Redis) -> Quick:
    """As quick, for LIMITER_ANSWER_SECONDS: a page that asks the gate, or queues work, goes on without."""
    return quick(connection, answer_seconds())


def store_seconds() -> float:
    """LIMITS_STORE_SECONDS."""
    return float(setting("LIMITS_STORE_SECONDS", SECONDS))


def answer_seconds() -> float:
    """LIMITER_ANSWER_SECONDS."""
    return float(setting("LIMITER_ANSWER_SECONDS", LONGER))


def quick(connection: redis.Redis, seconds: float | None = None) -> Quick:
    """The same Redis with time-outs of its own: LIMITS_STORE_SECONDS, unless others are named.

    A pool of another kind keeps its own; only that it was away is remembered.
    """
    pool = connection.connection_pool
    if type(pool) not in (ConnectionPool, BlockingConnectionPool, SentinelConnectionPool):
        return Quick(pool)
    if seconds is None:
        seconds = store_seconds()
    once_more = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))  # a connection from before
    ours = {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": once_more}
    options = {"connection_class": pool.connection_class, **pool.connection_kwargs, **ours}
    if isinstance(pool, SentinelConnectionPool):
        return Quick(SentinelConnectionPool(pool.service_name, pool.sentinel_manager, **options))  # type: ignore[no-untyped-call]
    return Quick(ConnectionPool(**options))
