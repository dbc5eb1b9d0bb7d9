"""A rate that tunes itself against an unknown quota: ours beside three others, in one run.

    PYTHONPATH=. python benchmarks/adaptive.py [--phase 60] [--speed 20] [--base 60] [--virtual]

All contenders run at once, each in a process of its own. Every one calls a Bedrock simulator of its own
over HTTP with boto3. Durations are divided by `speed` and rates multiplied by it. The hidden quota begins
at `base` a minute, for which everybody is configured, after the first call; it halves, comes back, doubles,
dips to next to nothing for a quarter of a phase, and comes back. Phases are real seconds, what is printed
is simulated ones.

With --virtual the same trace in virtual time, without botocore: what the laws do where no machine is late.

Converged: from the first 40 simulated seconds in which 90 % of the quota was used and under 3 % throttled, to
the end of the phase. Every request that reaches the provider counts, a client's own retries too.

The single score, `worth`, is the share of the quota that was used less the throttled requests as a share of
it: a request thrown away costs what a taken one brings. The line `all` gives it over the whole trace, and, of
what followed convergence, its mean over the phases; a phase that never converged counts as it was, so that
a law that is right in some phases only is not measured by those alone.
"""

from __future__ import annotations

import argparse
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any, cast

import boto3
from _line import server
from botocore.config import Config
from botocore.exceptions import ClientError

from feedback.development.simulator.serving.hosting import SimulatorProcess
from limiter.algorithms.limits import Algorithm
from limiter.gate import ControlConfig, Law, Outcome, Ticket, UpstreamConfig, Usage
from limiter.gate.redis import RedisGate
from limiter.simulation.model import Job, Limits
from limiter.simulation.provider import ProviderPlan, Quota
from limiter.simulation.replay import Replayed
from limiter.simulation.station import Station

if TYPE_CHECKING:
    import redis

U, MODEL = "bedrock", "anthropic.claude-sonnet"
BURST_SECONDS = 10.0  # of its quota that the provider saves up while idle
THREADS = 48
POLL = 0.05  # real seconds at most between two questions to the gate
LATE = 0.25  # real seconds that a process may be late, which no speed divides: a burst makes up for them
QUOTAS = (1.0, 0.5, 1.0, 2.0, 0.02, 1.0)  # of the base
LENGTHS = (1.0, 1.0, 1.0, 1.0, 0.25, 1.0)  # of a phase
REQUEST = {
    "modelId": MODEL,
    "messages": [{"role": "user", "content": [{"text": "A short section."}]}],
    "inferenceConfig": {"maxTokens": 100},
}
WINDOW = 40.0  # simulated seconds
DIP = 0.1  # below it a phase is a dip: there is nothing to use


@dataclass(slots=True)
class Seen:
    """When requests reached the provider, and which were taken."""

    taken: list[float] = field(default_factory=list)
    throttled: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Phase:
    quota: float  # requests a second
    start: float
    end: float


Driver = Callable[[str, "redis.Redis", "Options", threading.Event], None]


@dataclass(frozen=True, slots=True)
class Options:
    phase: float  # real seconds
    speed: float
    base: float  # requests a minute at speed 1

    @property
    def rate(self) -> float:
        """Requests a real minute that everybody is configured for."""
        return self.base * self.speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phase", type=float, default=60.0, help="real seconds")
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--base", type=float, default=60.0, help="requests a minute")
    parser.add_argument("--virtual", action="store_true")
    arguments = parser.parse_args()
    options = Options(arguments.phase, arguments.speed, arguments.base)
    contenders = list(CONFIGURATIONS if arguments.virtual else CONTENDERS)
    with ProcessPoolExecutor(len(contenders)) as pool:  # so that none waits for another's threads
        trace = simulated if arguments.virtual else play
        traces = list(pool.map(partial(trace, options=options), contenders))
    heads = f"{'':18} {'quota':>6} {'used':>7} {'throttled':>9} {'worth':>6}"
    print(f"{heads} {'converged':>9} {'used then':>9} {'throttled':>9} {'worth':>6}")
    for name, (phases, seen) in zip(contenders, traces, strict=True):
        show(name, phases, seen, options)


def play(name: str, options: Options) -> tuple[list[Phase], Seen]:
    """The whole trace with one contender; what its provider saw."""
    drive = CONTENDERS[name]
    settings: dict[str, Any] = {
        "speed": options.speed,
        "latency": {"total": {"low": 5, "high": 10}},
        "frame_seconds": 1.0,
    }
    with server(None) as client, SimulatorProcess(**settings, quotas=_quota(options.base)) as simulator:
        seen, stop, phases = Seen(), threading.Event(), []
        threads = [
            threading.Thread(target=_watch, args=(simulator, seen, stop)),
            threading.Thread(target=drive, args=(simulator.url, client, options, stop)),
        ]
        for thread in threads:
            thread.start()
        while not seen.taken:  # until the client is built
            time.sleep(0.05)
        for quota, length in zip(QUOTAS, LENGTHS, strict=True):
            simulator.change(quotas=_quota(quota * options.base))
            begun = time.monotonic()
            time.sleep(options.phase * length)
            phases.append(Phase(quota * options.rate / 60, begun, time.monotonic()))
        stop.set()
        for thread in threads:
            thread.join()
    return phases, seen


def _quota(per_minute: float) -> dict[str, Any]:
    return {MODEL: {"requests_per_minute": per_minute, "burst_seconds": BURST_SECONDS}}


def _watch(simulator: SimulatorProcess, seen: Seen, stop: threading.Event) -> None:
    """The provider's own counters, ten times a second."""
    requests = throttles = 0
    while not stop.wait(0.1):
        stats, now = simulator.stats(), time.monotonic()
        refused = sum(stats["throttles"].values())
        seen.throttled += [now] * (refused - throttles)
        seen.taken += [now] * (stats["requests"] - requests - (refused - throttles))
        requests, throttles = stats["requests"], refused


# The contenders -------------------------------------------------------------------------------


def gated(config: Callable[[Options], UpstreamConfig]) -> Driver:
    """One process that admits and many threads that call."""

    def drive(url: str, client: redis.Redis, options: Options, stop: threading.Event) -> None:
        gate, bedrock, numbers = RedisGate(client), _bedrock(url, {"total_max_attempts": 1}), count()
        gate.configure(config(options))
        for _ in range(4 * THREADS):
            gate.offer(U, Ticket(f"job{next(numbers)}", "ann", tokens=1))
        with ThreadPoolExecutor(THREADS) as pool:
            while not stop.is_set():
                admission = gate.admit(U, 4)
                for lease in admission.leases:
                    gate.offer(U, Ticket(f"job{next(numbers)}", "ann", tokens=1))
                    pool.submit(_call_with_lease, gate, bedrock, lease.id)
                if not admission.leases:
                    time.sleep(min(admission.wait_seconds or POLL, POLL))

    return drive


def _call_with_lease(gate: RedisGate, bedrock: Any, lease: str) -> None:
    try:
        stream = bedrock.converse_stream(**REQUEST)["stream"]
        gate.accepted(U, [lease])
        for _ in stream:
            pass
        gate.settle(U, lease, Outcome.SUCCESS)
    except ClientError:
        gate.settle(U, lease, Outcome.THROTTLED)


def tuned(options: Options, *, control: ControlConfig) -> UpstreamConfig:
    scaled = replace(
        control,
        period_seconds=control.period_seconds / options.speed,
        recovery_seconds=control.recovery_seconds / options.speed,
    )
    return replace(fixed(options), requests_algorithm=Algorithm.ADAPTIVE, control=scaled)


def fixed(options: Options) -> UpstreamConfig:
    # A lease outlives every call: it is never renewed here.
    return UpstreamConfig(
        U,
        1,
        requests_per_minute=options.rate,
        burst=max(2, math.ceil(options.rate / 60 * LATE)),
        max_in_flight=THREADS,
        lease_seconds=600,
    )


def by_itself(url: str, client: redis.Redis, options: Options, stop: threading.Event) -> None:
    """botocore's adaptive retry mode: no gate, all threads on one client, paced by its rate limiter."""
    bedrock = _bedrock(url, {"mode": "adaptive", "total_max_attempts": 3})

    def call_on() -> None:
        while not stop.is_set():
            with suppress(ClientError):
                for _ in bedrock.converse_stream(**REQUEST)["stream"]:
                    pass

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(THREADS):
            pool.submit(call_on)


def _bedrock(url: str, retries: dict[str, Any]) -> Any:
    return boto3.client(
        "bedrock-runtime", region_name="eu-central-1", endpoint_url=url,
        aws_access_key_id="simulated", aws_secret_access_key="simulated",  # noqa: S106 - any do
        config=Config(retries=cast(Any, retries), max_pool_connections=THREADS),
    )  # fmt: skip


PLAIN = ControlConfig(law=Law.AIMD, floor=0.02, raise_after=100, raise_by=0.1, lower_by=0.5)
CONFIGURATIONS: dict[str, Callable[[Options], UpstreamConfig]] = {
    "ours": partial(tuned, control=ControlConfig(floor=0.02)),
    "plain AIMD": partial(tuned, control=PLAIN),
    "fixed rate": fixed,
}
CONTENDERS: dict[str, Driver] = {name: gated(config) for name, config in CONFIGURATIONS.items()}
CONTENDERS["botocore adaptive"] = by_itself


# In virtual time ------------------------------------------------------------------------------


def simulated(name: str, options: Options) -> tuple[list[Phase], Seen]:
    """The same trace without a machine: moments are what they would be there."""
    ends = list(accumulate(options.phase * length for length in LENGTHS))
    quotas = tuple(
        Quota(share * options.rate, since) for share, since in zip(QUOTAS, [0.0, *ends], strict=False)
    )
    plan = ProviderPlan(quotas, burst=options.rate / 60 * BURST_SECONDS / options.speed)
    phases = [Phase(quota.per_minute / 60, quota.since, end) for quota, end in zip(quotas, ends, strict=True)]
    enough = int(sum(phase.quota * (phase.end - phase.start) for phase in phases) * 1.1)
    jobs = [
        Job(f"job{number}", "ann", "", "", f"job{number}", 0.0, 10 / options.speed, 1, Usage(1))
        for number in range(enough)
    ]
    policy = Replayed(CONFIGURATIONS[name](options), {}, {})
    calls = Station(jobs, plan=plan, policy=policy, limits=Limits(), seed=1).run().calls
    return phases, Seen(
        [call.start for call in calls if call.outcome is Outcome.SUCCESS],
        [call.start for call in calls if call.outcome is Outcome.THROTTLED],
    )


# The figures ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one stretch of time."""

    used: float  # share of the quota
    throttled: float  # share of the requests
    worth: float  # used, less what was thrown away

    @classmethod
    def of(cls, taken: float, refused: float, allowed: float) -> Figures:
        return cls(taken / allowed, refused / max(1, taken + refused), (taken - refused) / allowed)

    def __str__(self) -> str:
        return f"{self.used:7.1%} {self.throttled:9.2%} {self.worth:6.1%}"


def show(name: str, phases: Sequence[Phase], seen: Seen, options: Options) -> None:
    settled, met = [], 0
    for phase in phases:
        after = converged(phase, seen, options)
        whole, quota = figures(phase, seen, phase.start), phase.quota * 60 / options.speed
        row = f"{name:18} {quota:6.1f} {whole}"
        if quota < DIP * options.base:
            print(row)
            continue
        then = whole if after is None else figures(phase, seen, after)
        settled.append(then)
        met += after is not None
        when = "never" if after is None else f"{(after - phase.start) * options.speed:.0f} s"
        print(f"{row} {when:>9}   {then}")
    row = f"{name:18} {'all':>6} {overall(phases, seen)} {f'{met} of {len(settled)}':>9}"
    print(f"{row}   {mean(settled)}")


def mean(found: Sequence[Figures]) -> Figures:
    columns = zip(*map(astuple, found), strict=True)
    return Figures(*(sum(column) / len(found) for column in columns))


def overall(phases: Sequence[Phase], seen: Seen) -> Figures:
    """The same over the whole trace."""
    begun, ended = phases[0].start, phases[-1].end
    allowed = sum(phase.quota * (phase.end - phase.start) for phase in phases)
    return Figures.of(_within(seen.taken, begun, ended), _within(seen.throttled, begun, ended), allowed)


def figures(phase: Phase, seen: Seen, since: float) -> Figures:
    """From a moment to the phase's end."""
    allowed = phase.quota * (phase.end - since)
    return Figures.of(
        _within(seen.taken, since, phase.end), _within(seen.throttled, since, phase.end), allowed
    )


def _within(moments: Sequence[float], since: float, until: float) -> int:
    return sum(since <= each < until for each in moments)


def converged(phase: Phase, seen: Seen, options: Options) -> float | None:
    """The moment from which a window used at least 90 % of the quota with under 3 % throttled."""
    window, moment = WINDOW / options.speed, phase.start
    while moment + window <= phase.end:
        seen_then = figures(replace(phase, end=moment + window), seen, moment)
        if seen_then.used >= 0.9 and seen_then.throttled < 0.03:
            return moment
        moment += window / 20
    return None


if __name__ == "__main__":
    main()
