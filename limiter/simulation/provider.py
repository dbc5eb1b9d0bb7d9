"""A provider in virtual time: service times, a hidden quota, throttling and outages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limiter.algorithms.limits.memory.buckets import TokenBucket
from limiter.algorithms.limits.model import MICROSECONDS
from limiter.algorithms.limits.rules import LimitRule
from limiter.gate import Outcome, UpstreamConfig
from limiter.gate.rules import compile_rules, micros

from .model import Job, NonsenseError


class Manner(StrEnum):
    """How an outage looks to a call that begins in it."""

    HANG = "hang"  # nothing comes until the client's time-out
    REFUSE = "refuse"  # a 503 comes back at once


@dataclass(frozen=True, slots=True)
class Outage:
    """Calls that began before it go on: what is streaming already is mostly let finish."""

    start: float
    end: float
    manner: Manner = Manner.HANG

    def holds(self, moment: float) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Quota:
    """Requests a minute from a moment on."""

    per_minute: float
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class ProviderPlan:
    """What the provider will do in the course of a simulation."""

    quotas: tuple[Quota, ...] = (Quota(30.0),)  # the first since 0, the others in order of their moments
    burst: float = 10.0  # requests that an idle quota has saved up
    outages: tuple[Outage, ...] = ()
    timeout: float = 180.0  # the client's own: after it a call that hangs is cut
    first_event: float = 1.0  # until a call that was taken sends its first event
    refusal: float = 0.05  # a throttle or a 503 comes back in milliseconds
    queues: bool = False  # what is beyond the quota waits for it, and nothing is throttled

    def __post_init__(self) -> None:
        if not self.quotas or self.quotas[0].since != 0.0:
            raise NonsenseError("The first quota must hold from the start.")
        if any(not 1 <= quota.per_minute <= 100_000 for quota in self.quotas):
            raise NonsenseError("A quota must always be between 1 and 100000 requests a minute.")

    def quota_at(self, moment: float) -> float:
        """Requests a minute in force."""
        return next(each.per_minute for each in reversed(self.quotas) if each.since <= moment)

    def down_at(self, moment: float) -> Outage | None:
        return next((outage for outage in self.outages if outage.holds(moment)), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call will go: known at its start, since nothing that happens later changes it."""

    outcome: Outcome
    seconds: float
    accepted_after: float | None = None  # None: the provider never took it


class Provider:
    """Counts with the gate's own exact bucket, so that no rounding throttles what keeps to the quota."""

    def __init__(self, plan: ProviderPlan) -> None:
        self.plan = plan
        self._coming = [(micros(each.since), _rule(each.per_minute, plan.burst)) for each in plan.quotas]
        _, self._rule = self._coming.pop(0)
        self._bucket = TokenBucket()  # full

    def call(self, job: Job, now: float) -> Answer:
        outage = self.plan.down_at(now)
        if outage is not None:
            hangs = outage.manner is Manner.HANG
            return Answer(Outcome.FAILURE, self.plan.timeout if hangs else self.plan.refusal)
        wait = self._wait(micros(now))
        if wait > 0 and not self.plan.queues:
            return Answer(Outcome.THROTTLED, self.plan.refusal)
        self._bucket.spend(self._rule, micros(now), 1)
        queued = wait / MICROSECONDS
        accepted, total = queued + min(self.plan.first_event, job.seconds), queued + job.seconds
        if total > self.plan.timeout:
            return Answer(Outcome.FAILURE, self.plan.timeout, min(accepted, self.plan.timeout))
        return Answer(Outcome.SUCCESS, total, accepted)

    def _wait(self, now: int) -> int:
        """Microseconds until the quota has room for one more."""
        while self._coming and self._coming[0][0] <= now:
            since, rule = self._coming.pop(0)
            self._bucket.spend(self._rule, since, 0)  # what the old quota gave until then stays
            self._bucket.spend(rule, since, 0)
            self._rule = rule
        return self._bucket.wait(self._rule, now, 1)


def _rule(per_minute: float, burst: float) -> LimitRule:
    rule = compile_rules(UpstreamConfig("quota", 1, requests_per_minute=per_minute, burst=burst)).requests
    if rule is None:
        raise NonsenseError("A quota needs a rate.")
    return rule
