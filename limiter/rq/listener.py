"""A listener for changes of queues, by any client and any code.

rq pushes ids on its lists from many places (its scheduler, registries, scripts), and blocking on a list
would take the id past the gate. Redis's client tracking in broadcast mode reports every write to the
keys we name, so nothing has to be polled and no push has to be announced. One connection is both the
tracker and, redirected to itself, the subscriber.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import time
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from redis.exceptions import ResponseError
from rq.connections import get_connection_kwargs
from rq.queue import Queue

from ..gate.redis import mark_asleep
from . import upstreams

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger("limiter.rq")

NET_SECONDS = 5.0  # the longest sleep: what a lost report costs at most
BLIND_SECONDS = 0.5  # the same where Redis does not track for us (a proxy, an access list)
MARK_SECONDS = 2.5  # a refused admit counts its caller as asleep a little longer than this
BASE = "limiter:{}"  # of an upstream's keys
WAKE_KEY = f"{BASE}:wake"  # the gate writes it when something became admissible and a worker sleeps


class WakeUp:
    """A wake-up for a sleeping thread, from any thread or signal handler of the process (a self-pipe)."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def __del__(self) -> None:
        os.close(self._read)
        os.close(self._write)

    def fileno(self) -> int:
        return self._read

    def send(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full: the sleeper has enough to wake for
            os.write(self._write, b".")

    def clear(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def wait(self, seconds: float) -> None:
        """Sleep until one is sent or the time is over."""
        select.select([self._read], [], [], seconds)
        self.clear()


class Listener:
    """Listens to some queues for as long as the context lasts. Not for more than one thread."""

    def __init__(self, connection: Redis, queue_names: Iterable[str]) -> None:
        names = list(queue_names)
        self._redis = connection
        self._upstreams = [name for name in map(upstreams.upstream_of, names) if name is not None]
        lists = [Queue.redis_queue_namespace_prefix + name for name in names]
        self._prefixes = _without_overlaps([*lists, *map(WAKE_KEY.format, self._upstreams)])
        self._subscriber: Any = None
        self._blind = False

    def __enter__(self) -> Listener:
        pool = self._redis.connection_pool
        self._subscriber = pool.connection_class(**{**get_connection_kwargs(self._redis), "protocol": 2})
        try:
            self._listen()
        except ResponseError as error:
            logger.warning("Redis reports no changes (%s): asking every %s s instead", error, BLIND_SECONDS)
            self._blind = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._subscriber.disconnect()

    def wait(self, seconds: float, wake_up: WakeUp | None = None) -> None:
        """Sleep until a change, a wake-up or the end of the time. Raises redis.ConnectionError."""
        seconds = max(0.0, min(seconds, BLIND_SECONDS if self._blind else NET_SECONDS))
        if seconds > MARK_SECONDS:
            self._mark_asleep(seconds)
        if not self._drain():
            # The socket is redis-py's own attribute: it offers no way to wait for two things at once.
            select.select([self._subscriber._sock, *([wake_up] if wake_up else [])], [], [], seconds)
            self._drain()
        if wake_up:
            wake_up.clear()

    def rest(self, seconds: float, wake_up: WakeUp) -> None:
        """Sleep until a wake-up or the end of the time, whatever changes: for a worker without a free slot.

        It is not marked as asleep, so no decision of the gate tries to wake it.
        """
        self._drain()
        wake_up.wait(max(0.0, min(seconds, NET_SECONDS)))

    def _drain(self) -> bool:
        changed = False
        while self._subscriber.can_read(timeout=0):
            self._subscriber.read_response(disable_decoding=True)
            changed = True
        return changed

    def _mark_asleep(self, seconds: float) -> None:
        with self._redis.pipeline(transaction=False) as pipeline:
            for upstream in self._upstreams:
                mark_asleep(pipeline, BASE.format(upstream), seconds + 1.0)
            pipeline.execute()

    def _listen(self) -> None:
        self._subscriber.connect()
        client = self._command("CLIENT", "ID")
        prefixes = [part for prefix in self._prefixes for part in ("PREFIX", prefix)]
        self._command("CLIENT", "TRACKING", "ON", "REDIRECT", client, "BCAST", *prefixes)
        self._command("SUBSCRIBE", "__redis__:invalidate")

    def _command(self, *command: Any) -> Any:
        self._subscriber.send_command(*command)
        return self._subscriber.read_response()


def _without_overlaps(prefixes: Iterable[str]) -> list[str]:
    # Redis refuses a client with prefixes that overlap; the shorter one covers the longer.
    kept: list[str] = []
    for prefix in sorted(set(prefixes), key=len):
        if not any(prefix.startswith(shorter) for shorter in kept):
            kept.append(prefix)
    return kept


def until(moment: float | None, longest: float) -> float:
    """Seconds to sleep until a moment of our monotonic clock."""
    return longest if moment is None else min(longest, moment - time.monotonic())
