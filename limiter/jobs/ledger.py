"""The ledger: what the limiter must know of a job's record, asked of the app that keeps it.

Redis is an index that can be rebuilt; the ledger is what it is rebuilt from. An application that keeps
its jobs in a database names its own ledger in the setting LIMITER_LEDGER (a dotted path to a class or
to a function that takes the Redis connection). The default reads RQ's own job hashes, which share
Redis's fate: it recovers from dead workers, not from a lost Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, cast, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string
from redis import Redis

from ..gate.model import Explanation, Lease, Spent, Ticket

DEFAULT_LEDGER = "limiter.rq.ledger.HashLedger"


class Ledger(Protocol):
    """The records behind the line, as far as the limiter needs them."""

    def reclaimed(self, lease: Lease) -> bool:
        """A lease ended without its worker. Count the attempt; may the job go back in line?

        A lease without an upstream stands for a run on a queue without one. Called once for each
        such lease, before anything is changed in RQ. False: the record is finished, void, or out of
        attempts, and the job must not run again by itself.
        """

    def settled(self, leases: Sequence[str]) -> None:
        """The gate took the settlements of these leases: they need not be driven again."""

    def waiting(self, upstream: str) -> Iterable[Ticket]:
        """Every job that should be in line, in the order in which it was offered."""

    def running(self, upstream: str) -> Iterable[Lease]:
        """Every lease that should be in flight."""

    def spent(self, upstream: str) -> Iterable[Spent]:
        """What each flow has spent today (midnight UTC) and in the last hour, calls that run included."""

    def explained(self, job: str) -> tuple[str, Explanation] | None:
        """The upstream of a job that stands in no line, and its state with what it waits for there.

        None: no such job is known. The upstream is empty where it passes none. Raises GateError.
        """


@runtime_checkable
class Requeuing(Protocol):
    """A ledger that outlives Redis, and can fill RQ's queues again from its records."""

    def requeue_missing(self) -> int:
        """Queue what waits and has no entry in RQ; returns how many jobs that were.

        Each worker asks every two seconds or so: the ledger sees to it that many cost little.
        """


def get_ledger(connection: Redis | None) -> Ledger:
    """The ledger that the settings choose, for the jobs on this Redis."""
    path = getattr(settings, "LIMITER_LEDGER", DEFAULT_LEDGER)
    factory = cast(Callable[[Redis | None], Ledger], import_string(path))
    return factory(connection)
