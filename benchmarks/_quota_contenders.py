"""The contenders of benchmarks/adaptive.py before a hidden quota, and how each is set up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from limiter.algorithms.limits import Algorithm
from limiter.gate import ControlConfig, Law, UpstreamConfig

if TYPE_CHECKING:
    from _quota_traces import QuotaTrace

U = "bedrock"
BURST_SECONDS = 10.0  # of its quota that the provider saves up while idle
THREADS = 48
LATE = 0.25  # real seconds that a process may be late, which no speed divides: a burst makes up for them


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


@dataclass(frozen=True, slots=True)
class Options:
    phase: float  # real seconds
    speed: float
    base: float  # requests a minute at speed 1
    trace: QuotaTrace

    @property
    def rate(self) -> float:
        """Requests a real minute that everybody is configured for."""
        return self.base * self.speed


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


PLAIN = ControlConfig(law=Law.AIMD, floor=0.02, raise_after=100, raise_by=0.1, lower_by=0.5)
CONFIGURATIONS: dict[str, Callable[[Options], UpstreamConfig]] = {
    "ours": partial(tuned, control=ControlConfig(floor=0.02)),
    "plain AIMD": partial(tuned, control=PLAIN),
    "fixed rate": fixed,
}
BOTOCORE = "botocore adaptive"
