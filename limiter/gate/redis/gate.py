"""The gate that all workers share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from os import urandom
from random import random as uniform
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from limiter.operations.watch import watched

from ...functions import LIBRARY, Library, translated
from ...functions.housekeeping import libraries_key
from ..model import (
    Admission,
    Ended,
    Event,
    Explanation,
    FlowPolicy,
    Lease,
    Outcome,
    Quota,
    Settlement,
    Spent,
    StartEstimate,
    Status,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)
from ..rules import compile_rules
from . import replies, wire

if TYPE_CHECKING:
    import redis

SLICE = 1.0  # seconds after which a sleeper looks at the lists: plain enqueues can't wake it
FLOWS_LISTED = 1_000
MOST_AT_ONCE = 256  # leases of one decision, settled or renewed together: no call holds the server for long


def new_ids(count: int) -> list[str]:
    """Random ids as a UUID's digits, made together: a UUID each takes five times as long."""
    digits = urandom(16 * count).hex()
    return [digits[at : at + 32] for at in range(0, len(digits), 32)]


def mark_asleep(pipeline: redis.client.Pipeline, base: str, seconds: float) -> None:
    """Add to a pipeline the mark of a worker that sleeps for so long (wakeups.lua)."""
    pipeline.set(f"{base}:sleeping", 1, px=int(seconds * 1000))
    pipeline.hset(f"{base}:records", "asleep", 1)


class RedisGate:
    """Every method is one round trip (`renew` and `settle_many` one for each 256 leases), and safe to repeat
    where its reply was lost.

    `lists` names for an upstream the Redis list that is the membership of its line (an rq queue's key); jobs
    are then put in line by pushing on that list, and `job_prefix` leads to the hashes that describe them.
    """

    def __init__(
        self,
        connection: redis.Redis,
        *,
        prefix: str = "limiter",
        lists: Mapping[str, str] | None = None,
        job_prefix: str = "rq:job:",
        random: Callable[[], float] = uniform,
        library: Library = LIBRARY,
    ) -> None:
        self._connection = connection
        self._prefix = prefix
        self._lists = dict(lists or {})
        self._job_prefix = job_prefix
        self._random = random
        self._library = library
        self._birth = uuid4().hex  # names an epoch that one of our calls begins

    # Configuration ----------------------------------------------------------------------------

    def configure(self, config: UpstreamConfig) -> bool:
        return bool(self._run("configure", config.name, wire.configuration(compile_rules(config))))

    def set_policies(
        self, upstream: str, *, flows: Mapping[str, FlowPolicy], groups: Mapping[str, float]
    ) -> None:
        self._run("policies", upstream, wire.policies(dict(flows), dict(groups)))

    # The decision -----------------------------------------------------------------------------

    def offer(self, upstream: str, ticket: Ticket, *, front: bool = False) -> StartEstimate:
        """Put a job in line. Beside a list, push it there first: what is not in the list is dropped."""
        reply = self._run(
            "offer", upstream, ticket.job, ticket.flow, ticket.group, ticket.priority, ticket.document,
            ticket.tokens, ticket.output, int(front),
        )  # fmt: skip
        return replies.start_estimate(reply)

    def admit(self, upstream: str, k: int = 1, *, ids: Sequence[str] | None = None) -> Admission:
        """Decide. A repeat with the same ids returns the leases that the first call made.

        The client repeats a call by itself after a dropped connection, with the same ids. Leases whose
        reply never arrived are not renewed, and expire.
        """
        wanted = ids if ids is not None else new_ids(min(k, MOST_AT_ONCE))
        return replies.admission(upstream, wanted, self._run("admit", upstream, *wanted))

    def accepted(self, upstream: str, leases: Sequence[str]) -> int:
        return int(self._run("accepted", upstream, *leases)) if leases else 0

    def renew(self, upstream: str, leases: Sequence[Lease]) -> frozenset[str]:
        lost: set[str] = set()
        for start in range(0, len(leases), MOST_AT_ONCE):
            words = [
                word
                for lease in leases[start : start + MOST_AT_ONCE]
                for word in (lease.id, lease.epoch, lease.job, lease.flow, lease.group, lease.tokens)
            ]
            lost.update(map(replies.text, self._run("renew", upstream, *words)))
        return frozenset(lost)

    def settle(
        self,
        upstream: str,
        lease: str,
        outcome: Outcome,
        usage: Usage | None = None,
        *,
        retry_after: float = 0.0,
        timing: Timing | None = None,
        quota: Quota | None = None,
        shares: Sequence[tuple[str, str]] = (),
    ) -> Settlement:
        ended = Ended(lease, outcome, usage, retry_after, timing, quota, tuple(shares))
        (settlement,) = self.settle_many(upstream, [ended])
        return settlement

    def settle_many(self, upstream: str, ended: Sequence[Ended]) -> tuple[Settlement, ...]:
        settled: list[Settlement] = []
        for start in range(0, len(ended), MOST_AT_ONCE):
            batch = ended[start : start + MOST_AT_ONCE]
            words = [word for each in batch for word in wire.ended(each, self._random())]
            settled += replies.settlements(self._run("settle", upstream, *words))
        return tuple(settled)

    def expire(self, upstream: str, limit: int = 100) -> tuple[Lease, ...]:
        """End leases that ran out, 256 at most, and keep house. Call it every second or so.

        Should its reply be lost, the leases are ended all the same: reconciling finds their jobs.
        """
        reply = self._run("expire", upstream, min(limit, MOST_AT_ONCE), self._library.name)
        return tuple(replies.lease(upstream, each) for each in reply)

    # The line ---------------------------------------------------------------------------------

    def cancel(self, upstream: str, job: str) -> bool:
        return bool(self._run("cancel", upstream, job))

    def reprioritise(self, upstream: str, job: str, priority: int) -> bool:
        return bool(self._run("reprioritise", upstream, job, priority))

    def explain(self, upstream: str, job: str) -> Explanation:
        return replies.explanation(self._run("explain", upstream, job))

    def events(self, upstream: str, after: int = 0) -> tuple[Event, ...]:
        return replies.events(self._run("events", upstream, after))

    def status(self, upstream: str) -> Status:
        return replies.status(upstream, self._run("status", upstream, FLOWS_LISTED))

    def forget(self, upstream: str) -> bool:
        return bool(self._run("forget", upstream))

    # Recovery and sleep -----------------------------------------------------------------------

    def restore(
        self,
        upstream: str,
        *,
        leases: Sequence[Lease] = (),
        waiting: Sequence[Ticket] = (),
        requests: float | None = None,
        tokens: float | None = None,
        spent: Sequence[Spent] | None = None,
    ) -> frozenset[str]:
        lost = self.renew(upstream, leases)
        for ticket in waiting:
            self.offer(upstream, ticket)
        if requests is not None or tokens is not None or spent is not None:
            free = [-1.0 if each is None else max(0.0, each) for each in (requests, tokens)]
            flows = [
                part for each in spent or () for part in (each.flow, each.group, each.tokens, each.service)
            ]
            self._run("restore", upstream, *map(repr, free), sum(each.tokens for each in spent or ()), *flows)
        return lost

    def signal(self, pipeline: redis.client.Pipeline, upstream: str) -> None:
        """Add to a pipeline that pushes on the list what wakes one sleeping worker at once."""
        key = f"{self._base(upstream)}:wake"
        pipeline.rpush(key, 1)
        pipeline.ltrim(key, -16, -1)

    def wait(self, upstreams: Sequence[str], timeout: float) -> bool:
        """Sleep until something may have become admissible at one of these. False: nothing did in time.

        Woken by a token that offer, settle and the rest push where somebody sleeps; every second it also
        looks whether a list holds ids that the line doesn't know: pushed by code that can't wake.
        """
        deadline = time.monotonic() + timeout
        with translated():
            while (left := deadline - time.monotonic()) > 0:
                if self._sleep(upstreams, min(left, SLICE)) or self._unknown(upstreams):
                    return True
        return False

    # Parts ------------------------------------------------------------------------------------

    def _sleep(self, upstreams: Sequence[str], longest: float) -> bool:
        mark = self._connection.pipeline(transaction=False)
        for upstream in upstreams:
            mark_asleep(mark, self._base(upstream), longest + 2.0)
        mark.execute()
        keys = [f"{self._base(upstream)}:wake" for upstream in upstreams]
        return self._connection.blpop(keys, timeout=max(0.01, longest)) is not None

    def _unknown(self, upstreams: Sequence[str]) -> bool:
        """Whether a list holds more ids than its line knows."""
        return any(self._run("unlisted", upstream) for upstream in upstreams if upstream in self._lists)

    def _base(self, upstream: str) -> str:
        return f"{self._prefix}:{upstream}"

    def _run(self, operation: str, upstream: str, *args: str | float) -> Any:
        with watched(operation, upstream), translated():
            return self._library.call(
                self._connection, operation, self._keys(upstream), (self._birth, self._job_prefix, *args)
            )

    def _keys(self, upstream: str) -> tuple[str, str, str]:
        return self._base(upstream), self._lists.get(upstream, ""), libraries_key(self._prefix)
