"""The types of measured figures and of the advice that follows. Durations in seconds, shares from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .profiles import Profile


@dataclass(frozen=True, slots=True)
class UpstreamFigures:
    """One upstream over the stretch that was looked at."""

    name: str
    runs: int = 0  # that ended: calls, and throttles too
    throttled: float = 0.0
    longest_line: int = 0
    longest_line_at: datetime | None = None
    seconds_over_ten: float = 0.0  # for which more than ten jobs were in line
    wait_p50: float | None = None
    wait_p95: float | None = None
    call_seconds: float | None = None  # the median
    busiest_minute: int = 0  # calls that began in it
    rate: float | None = None  # requests a minute now; None: no limit
    most_in_flight: int = 0
    max_in_flight: int | None = None  # of its configuration
    slots: int = 0  # of the workers that live now
    outages: int = 0  # times that its breaker opened
    is_adaptive: bool = False
    has_stand_in: bool = False  # another upstream of its pool


@dataclass(frozen=True, slots=True)
class Figures:
    profile: Profile
    days: float
    people_at_once: int = 0  # with work under way at the same moment, at most
    people: int = 0  # that handed in
    hosts: tuple[str, ...] = ()  # with live workers
    upstreams: tuple[UpstreamFigures, ...] = ()

    @property
    def runs(self) -> int:
        return sum(upstream.runs for upstream in self.upstreams)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to change: why, with the figure, and what it will bring."""

    what: str
    because: str
    brings: str
    how: str = ""  # a command or a setting
    upstream: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)  # settings with an effect that can be replayed


@dataclass(frozen=True, slots=True)
class Advice:
    profile: Profile  # that fits
    keep: bool  # it is the one that runs
    reasons: tuple[str, ...]
    steps: tuple[Step, ...]  # the most urgent first
