"""The workers of a simulation: they take what the gate admits, call the provider, and settle."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from limiter.gate import Lease, Outcome, Reason, UpstreamConfig, Usage
from limiter.gate.memory import MemoryGate

from .clock import VirtualTime
from .model import Call, Job, Limits, SimulatedRun, Trace
from .policies import UPSTREAM, Setting
from .provider import Answer, Provider, ProviderPlan

BATCH = 4  # leases asked for at once
OFFLINE_SECONDS = 0.06  # what the offline provider takes over a section of 1,000 words, as measured
DOWN = (Reason.BREAKER_OPEN, Reason.BREAKER_PROBING)
PATIENT = (Reason.REQUESTS_PER_MINUTE, Reason.IN_FLIGHT)  # what no arrival changes


@dataclass(frozen=True, slots=True)
class Retries:
    """When a job is tried again. Throttles count as attempts, never as failures."""

    failures: int = 5
    attempts: int = 50
    pauses: tuple[float, ...] = (1.0, 5.0, 20.0, 60.0, 180.0, 300.0)  # a careful client's back-off

    def pause(self, run: SimulatedRun, chance: Random) -> float | None:
        """Seconds, with jitter, so that what failed together does not come back together; None: give up."""
        if run.failures >= self.failures or run.attempts >= self.attempts:
            return None
        longest = self.pauses[min(run.attempts, len(self.pauses)) - 1]
        return longest * chance.uniform(0.5, 1.0)


class Counter:
    """One gate and its callers: all processes where the limit is shared, one where it is not."""

    def __init__(self, name: str, config: UpstreamConfig, clock: VirtualTime, chance: Random) -> None:
        self.name = name
        self.gate = MemoryGate(clock, chance.random)
        self.gate.configure(config)
        self.waiting = 0
        self.unanswered: dict[str, SimulatedRun] = {}  # waiting, without so much as an automatic answer
        self.wake: float | None = None  # the moment that the gate named
        self.shut: Reason | None = None  # asking again before something happens would change nothing
        self._ids = itertools.count()

    def lease_ids(self) -> list[str]:
        return [f"{self.name}.{next(self._ids)}" for _ in range(BATCH)]


class Station:
    """One simulation under one policy. Build it, run it once, keep the trace."""

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        plan: ProviderPlan,
        policy: Setting,
        limits: Limits,
        seed: int,
        retries: Retries | None = None,
        later: Sequence[tuple[float, UpstreamConfig]] = (),
    ) -> None:
        self._clock = VirtualTime()
        self._provider = Provider(plan)
        self._policy = policy
        self._retries = retries or Retries()
        self._chance = Random(seed)  # noqa: S311  # of pauses and jitter, not of secrets
        self._counters = [
            Counter(str(index), config, self._clock, self._chance)
            for index, config in enumerate(policy.configurations(limits))
        ]
        for counter in self._counters:
            policy.prepare(counter.gate)
        self._later = later  # newer versions of the configuration, with the moments of their publication
        self._runs = {job.id: SimulatedRun(job) for job in jobs}
        self._trace = Trace(policy.name, list(self._runs.values()))

    def run(self) -> Trace:
        counters = itertools.cycle(self._counters)  # jobs are dealt out in turn
        for run in self._trace.runs:
            self._clock.at(run.job.arrives, partial(self._arrive, run, next(counters)))
        for moment, config in self._later:
            self._clock.at(moment, partial(self._configure, config))
        self._clock.run()
        self._trace.end = max((run.ended or 0.0 for run in self._trace.runs), default=0.0)
        return self._trace

    # Into the line ----------------------------------------------------------------------------

    def _arrive(self, run: SimulatedRun, counter: Counter) -> None:
        place = counter.gate.offer(UPSTREAM, self._policy.ticket(run.job))
        if run.place is None:
            run.place, run.ahead = place, counter.waiting
        counter.waiting += 1
        if run.provisional is None:
            counter.unanswered[run.job.id] = run
        self._serve(counter)

    def _configure(self, config: UpstreamConfig) -> None:
        for counter in self._counters:
            counter.gate.configure(config)
            counter.shut = None
            self._serve(counter)

    # Out of the line --------------------------------------------------------------------------

    def _serve(self, counter: Counter) -> None:
        """Start whatever the gate lets start, then sleep until the moment it names."""
        if counter.shut is not None or not counter.waiting:
            return
        while True:
            admission = counter.gate.admit(UPSTREAM, ids=counter.lease_ids())
            for lease in admission.leases:
                self._start(lease, counter)
            if admission.reason is not None:
                break
        self._note(admission.reason)
        if admission.reason in DOWN:
            self._stand_in(counter)
        elif admission.reason in PATIENT:
            counter.shut = admission.reason
        if admission.retry_at is not None:
            self._wake_at(admission.retry_at, counter)

    def _note(self, reason: Reason) -> None:
        standstills = self._trace.standstills
        if not standstills or standstills[-1][1] is not reason:
            standstills.append((self._clock.now, reason))

    def _wake_at(self, moment: float, counter: Counter) -> None:
        if counter.wake is None or moment < counter.wake:
            counter.wake = moment
            self._clock.at(moment, partial(self._wake, moment, counter))

    def _wake(self, moment: float, counter: Counter) -> None:
        if counter.wake == moment:  # or else an earlier one took its place
            counter.wake, counter.shut = None, None
            self._serve(counter)

    def _stand_in(self, counter: Counter) -> None:
        """The breaker is open: every user that waits gets an automatic answer now, and the full one later."""
        for run in counter.unanswered.values():
            run.provisional = self._clock.now + OFFLINE_SECONDS
            run.fallback_seconds = OFFLINE_SECONDS
        counter.unanswered.clear()

    # The call ---------------------------------------------------------------------------------

    def _start(self, lease: Lease, counter: Counter) -> None:
        run, now = self._runs[lease.job], self._clock.now
        counter.waiting -= 1
        counter.unanswered.pop(lease.job, None)
        run.started, run.attempts = now, run.attempts + 1
        answer = self._provider.call(run.job, now)
        if answer.accepted_after is not None:
            self._clock.after(answer.accepted_after, partial(self._accepted, lease, counter))
        self._clock.after(answer.seconds, partial(self._finish, run, lease, answer, counter))

    def _accepted(self, lease: Lease, counter: Counter) -> None:
        """A taken call may raise the rate: a caller that sleeps until a moment of the old one is woken."""
        counter.gate.accepted(UPSTREAM, (lease.id,))
        if counter.shut is Reason.REQUESTS_PER_MINUTE:
            counter.shut = None
            self._serve(counter)

    def _finish(self, run: SimulatedRun, lease: Lease, answer: Answer, counter: Counter) -> None:
        usage = run.job.usage if answer.outcome is Outcome.SUCCESS else Usage()  # as the pipeline reports it
        settlement = counter.gate.settle(UPSTREAM, lease.id, answer.outcome, usage)
        if settlement.tripped or settlement.healed:
            self._trace.breaker.append((self._clock.now, settlement.breaker))
            counter.shut = None
        if counter.shut is Reason.IN_FLIGHT:
            counter.shut = None
        self._record(run, answer)
        if answer.outcome is Outcome.SUCCESS:
            self._end(run, answer.outcome)
        else:
            self._try_again(run, answer.outcome, counter)
        self._serve(counter)

    def _try_again(self, run: SimulatedRun, outcome: Outcome, counter: Counter) -> None:
        run.failures += outcome is Outcome.FAILURE
        pause = self._retries.pause(run, self._chance)
        if pause is None:
            self._end(run, outcome)
        else:
            self._clock.after(pause, partial(self._arrive, run, counter))

    def _end(self, run: SimulatedRun, outcome: Outcome) -> None:
        run.ended, run.outcome = self._clock.now, outcome

    def _record(self, run: SimulatedRun, answer: Answer) -> None:
        tokens = run.job.usage.charge() if answer.outcome is Outcome.SUCCESS else 0
        start = self._clock.now if run.started is None else run.started
        self._trace.calls.append(Call(run.job.id, start, self._clock.now, answer.outcome, tokens))
