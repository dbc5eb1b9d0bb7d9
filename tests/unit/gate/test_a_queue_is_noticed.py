"""An endpoint that queues instead of refusing: the wait for the first event slows the rate down."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from limiter.algorithms.limits import Algorithm
from limiter.gate import ControlConfig, Outcome, UpstreamConfig, Usage
from limiter.simulation.model import Job, Limits
from limiter.simulation.provider import Provider, ProviderPlan, Quota
from limiter.simulation.replay import Replayed
from limiter.simulation.station import Station
from tests.unit.gate.bench import Bench

U = "bedrock"
ADAPTIVE = UpstreamConfig(
    U,
    1,
    requests_per_minute=60,
    requests_algorithm=Algorithm.ADAPTIVE,
    max_in_flight=500,
    lease_seconds=3_600,
    control=ControlConfig(floor=0.02, late_after=4.0),
)
PLAN = ProviderPlan((Quota(30.0),), first_event=1.0, queues=True, timeout=10_000.0)
HOUR = 3_600.0


def waits(config: UpstreamConfig) -> list[float]:
    """Seconds from each call's start to its first event, in an hour of an endpoint that bears half of it."""
    jobs = [Job(f"job{n}", "ann", "", "", f"job{n}", 0.0, 10.0, 1, Usage(1)) for n in range(3_000)]
    station = Station(jobs, plan=PLAN, policy=Replayed(config, {}, {}), limits=Limits(), seed=1)
    starts = sorted(call.start for call in station.run().calls if call.start < HOUR)
    provider = Provider(PLAN)
    answers = [provider.call(jobs[0], start).accepted_after for start in starts]
    return [answer for answer in answers if answer is not None]


def test_a_wait_that_grows_slows_the_rate_down_and_the_quota_is_used() -> None:
    heard = waits(ADAPTIVE)
    assert median(heard) < 4.0
    assert sorted(heard)[int(0.95 * len(heard))] < 15.0
    assert len(heard) > 0.85 * 30 * 60


def test_unless_asked_for_a_wait_says_nothing() -> None:
    deaf = waits(replace(ADAPTIVE, control=replace(ADAPTIVE.control, late_after=None)))
    assert median(deaf) > 60.0


def test_a_late_call_is_in_the_history_as_late_and_not_as_throttled(bench: Bench) -> None:
    bench.configure(
        requests_per_minute=60, requests_algorithm=Algorithm.ADAPTIVE, control=ControlConfig(late_after=4.0)
    )
    for number, wait in enumerate([1.0, 1.0, 1.0, 9.0]):
        bench.offer(f"job{number}")
        bench.now += 10
        (lease,) = bench.admit().leases
        bench.now += wait
        bench.gate.accepted(U, [lease.id])
        bench.gate.settle(U, lease.id, Outcome.SUCCESS)
    assert [event.reason for event in bench.gate.events(U)] == ["late"]
