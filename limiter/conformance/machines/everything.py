"""Every operation in any order: the widest of the machines, and the first that a new backend should pass."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from limiter.algorithms.limits import Algorithm
from limiter.gate import (
    ControlConfig,
    Ended,
    FlowPolicy,
    Lease,
    Outcome,
    Quota,
    Spent,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)
from limiter.gate.rules import DAY, MICROSECONDS, micros

from ..pair import Pair, nameless
from .values import (
    CONFIGS,
    CONTROLS,
    FLOWS,
    GROUPS,
    JOBS,
    PAUSES,
    PICK,
    POLICIES,
    QUOTAS,
    SHARES,
    TICKETS,
    TIMINGS,
    USAGES,
    U,
)


class Everything(Pair):
    def __init__(self) -> None:
        super().__init__()
        self.versions = count(1)
        self.named = 0  # the moment that the last refusal named
        self.leases: list[tuple[Lease, Lease]] = []  # the reference's and the gate's, ended ones too

    # Configuration ----------------------------------------------------------------------------

    @initialize(config=CONFIGS)
    def begin(self, config: UpstreamConfig) -> None:
        self.configure(config)

    @rule(config=CONFIGS, newer=st.sampled_from([True, True, False]))
    def configure(self, config: UpstreamConfig, newer: bool = True) -> None:
        self.both("configure", replace(config, version=next(self.versions) if newer else 1))

    @rule(
        flows=st.dictionaries(FLOWS, POLICIES, max_size=2),
        groups=st.dictionaries(GROUPS, st.sampled_from([0.3, 1.0, 2.0]), max_size=2),
    )
    def set_policies(self, flows: dict[str, FlowPolicy], groups: dict[str, float]) -> None:
        self.both("set_policies", U, flows=flows, groups=groups)

    # Work -------------------------------------------------------------------------------------

    @rule(tickets=st.lists(TICKETS, min_size=1, max_size=5), front=st.sampled_from([False, False, True]))
    def offer(self, tickets: list[Ticket], front: bool) -> None:
        for ticket in tickets:
            self.both("offer", U, ticket, front=front)

    @rule(k=st.integers(1, 6))
    def admit(self, k: int) -> None:
        ids = self.lease_ids(k)
        ours, theirs = self.admit_both(U, k, ids)
        self.named = micros(ours.retry_at or 0.0)
        again = self.gate.admit(U, k, ids=ids) if ours.leases else theirs
        assert again.leases == theirs.leases, "a repeated admit returns what the first one made"
        self.leases += zip(ours.leases, theirs.leases, strict=True)

    @rule(
        pick=PICK,
        outcome=st.sampled_from(Outcome),
        usage=USAGES,
        retry_after=st.sampled_from([0.0, 7.5]),
        timing=TIMINGS,
        quota=QUOTAS,
        shares=SHARES,
    )
    def settle(
        self,
        pick: int,
        outcome: Outcome,
        usage: Usage | None,
        retry_after: float = 0.0,
        timing: Timing | None = None,
        quota: Quota | None = None,
        shares: list[tuple[str, str]] | None = None,
    ) -> None:
        if self.leases:
            lease = self.leases[pick % len(self.leases)][0].id
            self.both(
                "settle", U, lease, outcome, usage, retry_after=retry_after, timing=timing, quota=quota,
                shares=shares or (),
            )  # fmt: skip

    @rule(
        picks=st.lists(PICK, min_size=2, max_size=5),
        outcomes=st.lists(st.sampled_from(Outcome), min_size=5, max_size=5),
        usage=USAGES,
        retry_after=st.sampled_from([0.0, 7.5]),
        timing=TIMINGS,
        quota=QUOTAS,
        shares=SHARES,
    )
    def settle_several_together(
        self,
        picks: list[int],
        outcomes: list[Outcome],
        usage: Usage | None,
        retry_after: float,
        timing: Timing | None,
        quota: Quota | None,
        shares: list[tuple[str, str]],
    ) -> None:
        if not self.leases:
            return
        chosen = [self.leases[pick % len(self.leases)][0].id for pick in picks]
        ended = [
            Ended(lease, outcomes[at], usage, retry_after, timing, quota, tuple(shares) if at % 2 else ())
            for at, lease in enumerate(chosen)
        ]
        self.both("settle_many", U, ended)

    @rule(
        outcome=st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE]),
        retry_after=st.sampled_from([0.0, 7.5, 90.0]),
        chance=st.floats(0, 1, exclude_max=True),
    )
    def settle_the_newest(self, outcome: Outcome, retry_after: float, chance: float) -> None:
        self.clock.chance = chance
        self.settle(len(self.leases) - 1, outcome, None, retry_after)

    @rule(
        outcomes=st.lists(st.sampled_from([Outcome.SUCCESS, Outcome.FAILURE]), min_size=1, max_size=4),
        retry_after=st.sampled_from([0.0, 0.0, 39.0]),
    )
    def calls_come_and_go(self, outcomes: list[Outcome], retry_after: float) -> None:
        for outcome in outcomes:
            before = len(self.leases)
            self.offer([Ticket(f"call{next(self.numbers)}", "ann", tokens=5)], False)
            self.admit(1)
            if len(self.leases) > before:
                self.both("settle", U, self.leases[-1][0].id, outcome, retry_after=retry_after)

    @rule(
        throttles=st.lists(st.booleans(), min_size=1, max_size=6),
        at_once=st.booleans(),
        quota=QUOTAS,
        patient=st.booleans(),
        control=st.none() | CONTROLS,
    )
    def the_provider_answers(
        self,
        throttles: list[bool],
        at_once: bool,
        quota: Quota | None,
        patient: bool,
        control: ControlConfig | None,
    ) -> None:
        """Calls that are taken, or throttled, while more waits than may run: what tunes a rate.

        Unless it answers at once, several are on their way when the first answer changes the rate.
        """
        if control is not None:
            tuned = UpstreamConfig(
                U, 0, requests_per_minute=102.0, burst=1.0 if at_once else 4.0, control=control
            )
            self.configure(replace(tuned, requests_algorithm=Algorithm.ADAPTIVE))
        on_their_way: list[tuple[str, bool]] = []
        for throttled in throttles:
            self.offer([Ticket(f"call{next(self.numbers)}", "ben", tokens=900, output=50)], False)
            before = len(self.leases)
            self.admit(2)
            if patient and len(self.leases) == before:
                self.the_moment_named_comes(0)
            on_their_way += [(lease.id, throttled) for lease, _shared in self.leases[before:]]
            if at_once:
                self.answers(on_their_way, quota)
                on_their_way = []
        self.answers(on_their_way, quota)

    def answers(self, calls: list[tuple[str, bool]], quota: Quota | None) -> None:
        for lease, throttled in calls:
            if throttled:
                self.both("settle", U, lease, Outcome.THROTTLED, quota=quota)
            else:
                self.both("accepted", U, [lease])

    @rule(seconds=st.integers(1, 59))
    def the_days_tokens_come_back_first(self, seconds: int) -> None:
        """Both token limits are used up shortly before midnight: the minute's is the longer wait."""
        limits = UpstreamConfig(U, 0, tokens_per_minute=3_000, tokens_per_day=9_000)
        self.configure(replace(limits, day_algorithm=Algorithm.FIXED_WINDOW))
        self.clock.advance((-self.clock.now - (120 + seconds) * MICROSECONDS) % DAY)
        for pause in (60, 60, 0, 0):
            self.offer([Ticket(f"call{next(self.numbers)}", "cleo", tokens=3_000)], False)
            self.admit(1)
            self.clock.advance(pause * MICROSECONDS)

    @rule(pick=PICK)
    def accepted(self, pick: int) -> None:
        if self.leases:
            self.both("accepted", U, [self.leases[pick % len(self.leases)][0].id])

    @rule(picks=st.lists(PICK, min_size=1, max_size=4))
    def renew(self, picks: list[int]) -> None:
        if self.leases:
            chosen = [self.leases[pick % len(self.leases)] for pick in picks]
            ours = self.reference.renew(U, [memory for memory, _ in chosen])
            assert ours == self.gate.renew(U, [shared for _, shared in chosen])

    @rule(job=JOBS)
    def cancel(self, job: str) -> None:
        self.both("cancel", U, job)

    @rule(job=JOBS, priority=st.integers(-3, 3))
    def reprioritise(self, job: str, priority: int) -> None:
        self.both("reprioritise", U, job, priority)

    @rule(limit=st.integers(1, 100))
    def expire(self, limit: int) -> None:
        assert nameless(self.gate.expire(U, limit)) == nameless(self.reference.expire(U, limit))

    # Time and trouble -------------------------------------------------------------------------

    @rule(micros=PAUSES)
    def time_passes(self, micros: int) -> None:
        self.clock.advance(micros)

    @rule(off_by=st.sampled_from([-1, 0, 0, 1]))
    def the_moment_named_comes(self, off_by: int) -> None:
        self.clock.advance(max(0, self.named + off_by - self.clock.now))
        self.admit(2)

    @rule(pick=PICK, off_by=st.sampled_from([-1, 0, 1]))
    def a_lease_runs_out(self, pick: int, off_by: int) -> None:
        if self.leases:
            end = micros(self.leases[pick % len(self.leases)][0].expires_at)
            self.clock.advance(max(0, end + off_by - self.clock.now))
            self.expire(100)

    @rule(k=st.integers(1, 4), suspended=st.booleans())
    def the_breaker_may_heal(self, k: int, suspended: bool) -> None:
        """Its time is over, and more waits than may probe, some of it of a flow that may not run."""
        policy = FlowPolicy(10 + next(self.versions), max_in_flight=0 if suspended else None)
        self.both("set_policies", U, flows={"ann": policy}, groups={})
        at = self.reference.status(U).breaker_retry_at
        self.clock.advance(max(0, micros(at or 0.0) - self.clock.now))
        self.offer([Ticket(f"probe{next(self.numbers)}", flow) for flow in ("ann", "ben", "cleo", "")], False)
        self.admit(k)
        self.admit(1)

    @rule(config=CONFIGS)
    def memory_is_lost(self, config: UpstreamConfig) -> None:
        self.lose_memory()
        self.configure(config)

    @rule(
        requests=st.none() | st.sampled_from([0.0, 0.5, 3.0, 1e6]),
        tokens=st.none() | st.sampled_from([0.0, 700.0, 1e6]),
        spent=st.lists(
            st.builds(
                Spent, flow=FLOWS, group=GROUPS, tokens=st.integers(0, 3_000), service=st.integers(0, 9_000)
            ),
            max_size=2,
        ),
        picks=st.lists(PICK, max_size=3),
    )
    def restore(
        self, requests: float | None, tokens: float | None, spent: list[Spent], picks: list[int]
    ) -> None:
        chosen = [self.leases[pick % len(self.leases)] for pick in picks if self.leases]
        waiting = [Ticket(f"job{pick % 25}", "ann", "maths", tokens=pick) for pick in picks]
        known: dict[str, Any] = {"waiting": waiting, "requests": requests, "tokens": tokens, "spent": spent}
        ours = self.reference.restore(U, leases=[memory for memory, _ in chosen], **known)
        theirs = self.gate.restore(U, leases=[shared for _, shared in chosen], **known)
        assert ours == theirs

    # What must always hold --------------------------------------------------------------------

    @rule(job=JOBS)
    def explain(self, job: str) -> None:
        self.both("explain", U, job)

    @invariant()
    def they_show_the_same(self) -> None:
        self.both_stand_alike(U)

    @rule(after=st.integers(0, 5))
    def events(self, after: int) -> None:
        assert nameless(self.gate.events(U, after)) == nameless(self.reference.events(U, after))
