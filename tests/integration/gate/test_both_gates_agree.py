"""One state machine drives both gates with the same steps and compares every answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from limiter.algorithms.limits import Algorithm
from limiter.gate import (
    BreakerConfig,
    BreakerMode,
    ControlConfig,
    Ended,
    FlowPolicy,
    Law,
    Lease,
    Outcome,
    Quota,
    Refund,
    Spent,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)
from limiter.gate.rules import DAY, MICROSECONDS, compile_policy, compile_rules, micros
from tests.integration.gate.clockwork import without_epoch
from tests.integration.gate.driven import Driven

U = "bedrock"
FLOWS = st.sampled_from(["ann", "ben", "cleo", "über", ""])
GROUPS = st.sampled_from(["maths", "prose", ""])
JOBS = st.integers(0, 24).map(lambda number: f"job{number}")
PICK = st.integers(0, 1_000)  # of the leases there are, whichever it falls on
PAUSES = st.one_of(st.integers(0, 90_000_000), st.just(4 * 3600 * 1_000_000))

ALGORITHMS = st.sampled_from([Algorithm.TOKEN_BUCKET, *Algorithm])


def works(settings: UpstreamConfig | FlowPolicy) -> bool:
    """Can these settings hold together? What can't is refused where it is saved."""
    try:
        compile_rules(settings) if isinstance(settings, UpstreamConfig) else compile_policy(settings)
    except ValueError:
        return False
    return True


CONTROLS = st.builds(
    ControlConfig,
    law=st.sampled_from(Law),
    floor=st.sampled_from([0.1, 1.0]),
    ceiling=st.sampled_from([1.0, 4.0]),
    raise_after=st.integers(1, 3),
    lower_by=st.sampled_from([0.3, 0.5]),
    period_seconds=st.sampled_from([0.5, 10.0]),
    recovery_seconds=st.sampled_from([1.0, 60.0]),
    late_after=st.sampled_from([None, 1.5, 4.0]),
)
BREAKERS = st.builds(
    BreakerConfig,
    mode=st.sampled_from([BreakerMode.AUTO, BreakerMode.AUTO, BreakerMode.AUTO, *BreakerMode]),
    failures=st.integers(1, 4),
    failure_rate=st.sampled_from([None, None, 0.4, 1.0]),
    slow_rate=st.sampled_from([None, None, 0.5]),
    window=st.integers(1, 6),
    window_seconds=st.booleans(),
    minimum_calls=st.integers(1, 4),
    slow_first_token=st.sampled_from([1.0, 60.0]),
    slow_per_token=st.sampled_from([0.01, 0.5]),
    floor_throttles=st.sampled_from([None, 1, 3]),
    heal_on_accepted=st.booleans(),
    open_seconds=st.sampled_from([1.0, 33.3]),
    open_max_seconds=st.sampled_from([40.0, 100.0]),
    jitter=st.sampled_from([0.0, 0.1]),
    probes=st.integers(1, 3),
    successes=st.integers(1, 2),
)
CONFIGS = st.builds(
    UpstreamConfig,
    name=st.just(U),
    version=st.just(0),
    requests_per_minute=st.sampled_from([None, 50.0, 102.0, 600.0, 60_000.0]),
    burst=st.sampled_from([1.0, 2.5, 10.0, 100.0]),
    requests_algorithm=ALGORITHMS,
    tokens_per_minute=st.sampled_from([None, None, 3_000, 20_001, 1_000_000]),
    tokens_burst=st.sampled_from([None, 5_000]),
    tokens_algorithm=ALGORITHMS,
    tokens_per_day=st.sampled_from([None, None, None, 9_000, 5_000_000]),
    day_algorithm=ALGORITHMS,
    multiplier=st.sampled_from([1.0, 1.5, 5.0]),
    follow_multiplier=st.booleans(),
    burndown=st.sampled_from([1.0, 5.0]),
    refund=st.sampled_from(Refund),
    control=CONTROLS,
    max_in_flight=st.sampled_from([None, None, 0, 1, 4, 12]),
    flow_in_flight=st.sampled_from([None, None, 1, 2, 3]),
    lease_seconds=st.sampled_from([30.0, 120.0]),
    paused=st.sampled_from([False, False, False, True]),
    breaker=BREAKERS,
).filter(works)
POLICIES = st.builds(
    FlowPolicy,
    version=st.integers(1, 4),
    weight=st.sampled_from([0.5, 1.0, 3.0]),
    max_in_flight=st.sampled_from([None, None, 0, 1, 2, 5]),
    suspended=st.sampled_from([False, False, False, True]),
    requests_per_minute=st.sampled_from([None, 6.0, 60.0]),
    burst=st.sampled_from([1.0, 3.0]),
    requests_algorithm=ALGORITHMS,
    tokens_per_day=st.sampled_from([None, None, 4_000, 90_000]),
    tokens_algorithm=ALGORITHMS,
).filter(works)
TICKETS = st.builds(
    Ticket,
    job=JOBS,
    flow=FLOWS,
    group=GROUPS,
    priority=st.sampled_from([0, 0, 0, 1, -5, 4_000]),
    document=st.sampled_from(["", "essay", "thesis"]),
    tokens=st.integers(0, 4_000),
    output=st.sampled_from([0, 0, 7, 900]),
)
USAGES = st.none() | st.builds(
    Usage,
    input_tokens=st.integers(0, 5_000),
    output_tokens=st.integers(0, 900),
    cache_read_tokens=st.integers(0, 90),
    cache_write_tokens=st.integers(0, 90),
)
TIMINGS = st.none() | st.builds(
    Timing, first_token=st.sampled_from([0.5, 1.5, 70.0]), total=st.sampled_from([70.0, 170.5])
)
QUOTAS = st.none() | st.sampled_from(Quota)
SHARES = st.lists(st.tuples(FLOWS, GROUPS), max_size=3)


class BothGates(Driven):
    def __init__(self) -> None:
        super().__init__()
        self.versions = count(1)
        self.named = 0  # the moment that the last refusal named
        self.leases: list[tuple[Lease, Lease]] = []  # as memory and as Redis made them, ended ones too

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
        again = self.work.redis.admit(U, k, ids=ids) if ours.leases else theirs
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
        self.work.chance = chance
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
        self.work.advance((-self.work.now - (120 + seconds) * MICROSECONDS) % DAY)
        for pause in (60, 60, 0, 0):
            self.offer([Ticket(f"call{next(self.numbers)}", "cleo", tokens=3_000)], False)
            self.admit(1)
            self.work.advance(pause * MICROSECONDS)

    @rule(pick=PICK)
    def accepted(self, pick: int) -> None:
        if self.leases:
            self.both("accepted", U, [self.leases[pick % len(self.leases)][0].id])

    @rule(picks=st.lists(PICK, min_size=1, max_size=4))
    def renew(self, picks: list[int]) -> None:
        if self.leases:
            chosen = [self.leases[pick % len(self.leases)] for pick in picks]
            ours = self.work.memory.renew(U, [memory for memory, _ in chosen])
            assert ours == self.work.redis.renew(U, [shared for _, shared in chosen])

    @rule(job=JOBS)
    def cancel(self, job: str) -> None:
        self.both("cancel", U, job)

    @rule(job=JOBS, priority=st.integers(-3, 3))
    def reprioritise(self, job: str, priority: int) -> None:
        self.both("reprioritise", U, job, priority)

    @rule(limit=st.integers(1, 100))
    def expire(self, limit: int) -> None:
        ours = self.work.memory.expire(U, limit)
        theirs = self.work.redis.expire(U, limit)
        assert [without_epoch(lease) for lease in ours] == [without_epoch(lease) for lease in theirs]

    # Time and trouble -------------------------------------------------------------------------

    @rule(micros=PAUSES)
    def time_passes(self, micros: int) -> None:
        self.work.advance(micros)

    @rule(off_by=st.sampled_from([-1, 0, 0, 1]))
    def the_moment_named_comes(self, off_by: int) -> None:
        self.work.advance(max(0, self.named + off_by - self.work.now))
        self.admit(2)

    @rule(pick=PICK, off_by=st.sampled_from([-1, 0, 1]))
    def a_lease_runs_out(self, pick: int, off_by: int) -> None:
        if self.leases:
            end = micros(self.leases[pick % len(self.leases)][0].expires_at)
            self.work.advance(max(0, end + off_by - self.work.now))
            self.expire(100)

    @rule(k=st.integers(1, 4), suspended=st.booleans())
    def the_breaker_may_heal(self, k: int, suspended: bool) -> None:
        """Its time is over, and more waits than may probe, some of it of a flow that may not run."""
        policy = FlowPolicy(10 + next(self.versions), max_in_flight=0 if suspended else None)
        self.both("set_policies", U, flows={"ann": policy}, groups={})
        at = self.work.memory.status(U).breaker_retry_at
        self.work.advance(max(0, micros(at or 0.0) - self.work.now))
        self.offer([Ticket(f"probe{next(self.numbers)}", flow) for flow in ("ann", "ben", "cleo", "")], False)
        self.admit(k)
        self.admit(1)

    @rule(config=CONFIGS)
    def memory_is_lost(self, config: UpstreamConfig) -> None:
        self.work.lose_memory()
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
        ours = self.work.memory.restore(U, leases=[memory for memory, _ in chosen], **known)
        theirs = self.work.redis.restore(U, leases=[shared for _, shared in chosen], **known)
        assert ours == theirs

    # What must always hold --------------------------------------------------------------------

    @rule(job=JOBS)
    def explain(self, job: str) -> None:
        self.both("explain", U, job)

    @invariant()
    def they_show_the_same(self) -> None:
        ours, theirs = self.work.memory.status(U), self.work.redis.status(U)
        assert without_epoch(ours) == without_epoch(theirs)

    @rule(after=st.integers(0, 5))
    def events(self, after: int) -> None:
        ours, theirs = self.work.memory.events(U, after), self.work.redis.events(U, after)
        assert [replace(each, epoch="") for each in ours] == [replace(each, epoch="") for each in theirs]


TestBothGatesAgree = BothGates.TestCase
if settings.get_current_profile_name() == "long":  # what everything stands on gets more than the rest
    TestBothGatesAgree.settings = settings(max_examples=2_000)
