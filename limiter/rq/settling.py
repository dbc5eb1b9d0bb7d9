"""Delivering settlements, however long it takes.

A settlement that is not delivered keeps a slot and a hold in the gate until the lease ends. Threads hand
theirs over and go on; one thread delivers in order, and tries again while the gate can't be reached.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from redis.exceptions import RedisError

from ..execution import Execution, ended
from ..gate import Gate, GateError, Lease, Outcome
from .gathering import gather
from .history import keep_move
from .patience import until_answered

logger = logging.getLogger("limiter.rq")

BATCH = 16  # handed-over batches, of which the ledger is told at once


@dataclass(frozen=True, slots=True)
class Settled:
    lease: Lease
    outcome: Outcome
    said: Execution  # what else the run has to say


class Settler:
    """One daemon thread that settles leases and tells `delivered` which."""

    def __init__(self, gate: Gate, delivered: Callable[[list[Settled]], None]) -> None:
        self._gate = gate
        self._delivered = delivered
        self._waiting: queue.SimpleQueue[Sequence[Settled] | None] = queue.SimpleQueue()
        self._undelivered = 0
        self._idle = threading.Condition()
        threading.Thread(target=self._run, name="settler", daemon=True).start()

    def settle(self, items: Sequence[Settled]) -> None:
        if not items:
            return
        with self._idle:
            self._undelivered += len(items)
        self._waiting.put(items)

    @property
    def is_busy(self) -> bool:
        return self._undelivered > 0

    def drain(self, seconds: float) -> bool:
        """Wait until everything is delivered; False: the time was over first."""
        with self._idle:
            return self._idle.wait_for(lambda: self._undelivered == 0, timeout=seconds)

    def stop(self) -> None:
        self._waiting.put(None)

    def _run(self) -> None:
        while gathered := gather(self._waiting, BATCH):
            batch = [item for items in gathered for item in items]
            for upstream, of_one in itertools.groupby(batch, key=_upstream):
                self._deliver(upstream, list(of_one))
            with self._idle:
                self._undelivered -= len(batch)
                self._idle.notify_all()
            try:
                self._delivered(batch)
            except Exception:
                # Reconcile finds what the ledger was not told of; settling again is harmless.
                logger.exception("the ledger did not take %d settlements", len(batch))

    def _deliver(self, upstream: str, items: list[Settled]) -> None:
        said = [ended(each.said, each.outcome) for each in items]

        def tell(pause: float, error: Exception) -> None:
            logger.warning("%d leases stay unsettled for %.1f s: %s", len(items), pause, error)

        settlements = until_answered(
            partial(self._gate.settle_many, upstream, said), (GateError, RedisError), tell
        )
        for item, settlement in zip(items, settlements, strict=True):
            keep_move(item.lease, item.outcome, settlement)


def _upstream(item: Settled) -> str:
    return item.lease.upstream
