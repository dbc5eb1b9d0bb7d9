"""A trace in virtual time: what the laws do where no machine is late.

botocore takes part with its own classes (its curve, its token bucket, its clock of requests) under a clock
that jumps. Left out of it: the retry quota, which a trace never uses up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from random import Random
from typing import Any

from _quota_contenders import BOTOCORE, BURST_SECONDS, CONFIGURATIONS, THREADS, Options, Phase, Seen
from botocore.exceptions import CapacityNotAvailableError
from botocore.retries import adaptive, bucket, throttling

from limiter.gate import Outcome, Usage
from limiter.simulation.clock import VirtualTime
from limiter.simulation.model import Job, Limits
from limiter.simulation.provider import Provider, ProviderPlan, Quota
from limiter.simulation.replay import Replayed
from limiter.simulation.station import Station

CALL = 10.0  # simulated seconds that a call takes ...
FIRST = 1.0  # ... until its first event
REFUSAL = 0.05  # ... and a throttle
ATTEMPTS = 3  # botocore's
LONGEST_BACKOFF = 20.0  # real seconds, as all that botocore knows of time
LEAST_SLEEP = 1e-4
EPOCH = 1_000_000.0  # botocore's clock does not begin at 0


def simulated(name: str, options: Options) -> tuple[list[Phase], Seen]:
    """The whole trace with one contender; what its provider saw."""
    stages = options.trace.stages
    ends = list(accumulate(options.phase * stage.length for stage in stages))
    quotas = tuple(
        Quota(stage.share * options.rate, since) for stage, since in zip(stages, [0.0, *ends], strict=False)
    )
    plan = ProviderPlan(
        quotas,
        burst=max(1.0, options.rate / 60 * BURST_SECONDS / options.speed),
        first_event=FIRST / options.speed,
        refusal=REFUSAL / options.speed,
    )
    phases = [Phase(quota.per_minute / 60, quota.since, end) for quota, end in zip(quotas, ends, strict=True)]
    if name == BOTOCORE:
        return phases, Botocore(plan, CALL / options.speed).run(ends[-1])
    return phases, _gated(name, options, plan, phases)


def _gated(name: str, options: Options, plan: ProviderPlan, phases: list[Phase]) -> Seen:
    enough = int(sum(phase.quota * (phase.end - phase.start) for phase in phases) * 1.1)
    jobs = [_job(number, CALL / options.speed) for number in range(enough)]
    policy = Replayed(CONFIGURATIONS[name](options), {}, {})
    calls = Station(jobs, plan=plan, policy=policy, limits=Limits(), seed=1).run().calls
    return Seen(
        [call.start for call in calls if call.outcome is Outcome.SUCCESS],
        [call.start for call in calls if call.outcome is Outcome.THROTTLED],
    )


def _job(number: int, seconds: float) -> Job:
    return Job(f"job{number}", "ann", "", "", f"job{number}", 0.0, seconds, 1, Usage(1))


class Clock(bucket.Clock):
    """What botocore asks for the time."""

    def __init__(self, virtual: VirtualTime) -> None:
        self._virtual = virtual

    def current_time(self) -> float:
        return EPOCH + self._virtual.now


class ThrottlingDetector:
    """What botocore asks about an answer."""

    def is_throttling_error(self, **answer: Any) -> bool:
        return bool(answer["throttled"])


class Botocore:
    """botocore's adaptive retry mode: so many callers on one client, paced by its rate limiter."""

    def __init__(self, plan: ProviderPlan, seconds: float) -> None:
        self._time, self._provider, self._chance = VirtualTime(), Provider(plan), Random(1)
        self._job, self._seen = _job(0, seconds), Seen()
        clock = Clock(self._time)
        self._bucket = bucket.TokenBucket(max_rate=1, clock=clock)
        self._paced = False  # from the first throttle on
        self._limiter = adaptive.ClientRateLimiter(
            rate_adjustor=throttling.CubicCalculator(starting_max_rate=0, start_time=clock.current_time()),
            rate_clocker=adaptive.RateClocker(clock),
            token_bucket=self._bucket,
            throttling_detector=ThrottlingDetector(),
            clock=clock,
        )
        self._waiting: deque[Callable[[], None]] = deque()
        self._asleep = False  # until the bucket holds one
        self._end = 0.0

    def run(self, end: float) -> Seen:
        self._end = end
        for _ in range(THREADS):
            self._time.after(0.0, partial(self._ask, 1))
        self._time.run()
        return self._seen

    def _ask(self, attempt: int) -> None:
        if self._time.now < self._end:
            self._waiting.append(partial(self._send, attempt))
            self._serve()

    def _serve(self) -> None:
        """Send as many as the bucket lets through; look again when the next one may go."""
        while self._waiting:
            if self._paced:
                try:
                    self._bucket.acquire(block=False)
                except CapacityNotAvailableError:
                    self._sleep()
                    return
            self._waiting.popleft()()

    def _sleep(self) -> None:
        if not self._asleep:
            self._asleep = True
            missing = 1.0 - self._bucket.available_capacity
            self._time.after(max(LEAST_SLEEP, missing / self._bucket.max_rate), self._wake)

    def _wake(self) -> None:
        self._asleep = False
        self._serve()

    def _send(self, attempt: int) -> None:
        now, answer = self._time.now, self._provider.call(self._job, self._time.now)
        if answer.outcome is Outcome.THROTTLED:
            self._seen.throttled.append(now)
            self._time.after(answer.seconds, partial(self._refused, attempt))
        else:
            self._seen.taken.append(now)
            self._time.after(answer.accepted_after or 0.0, partial(self._answered, throttled=False))
            self._time.after(answer.seconds, partial(self._ask, 1))

    def _answered(self, *, throttled: bool) -> None:
        self._limiter.on_receiving_response(throttled=throttled)
        self._paced = self._paced or throttled

    def _refused(self, attempt: int) -> None:
        self._answered(throttled=True)
        if attempt == ATTEMPTS:
            self._ask(1)
        else:
            pause = min(self._chance.random() * 2 ** (attempt - 1), LONGEST_BACKOFF)
            self._time.after(pause, partial(self._ask, attempt + 1))
