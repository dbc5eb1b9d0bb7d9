"""What goes into a simulated hour and what comes out of it. Moments and durations are virtual seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from limiter.gate import BreakerState, Outcome, Reason, StartEstimate, Usage


class NonsenseError(ValueError):
    """These settings could never be simulated; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Job:
    """One section that needs one provider call. Chance is spent here, so every policy meets the same jobs."""

    id: str
    user: str
    kind: str  # of user: waits are counted by it
    course: str
    document: str
    arrives: float
    seconds: float  # that a healthy call takes
    tokens: int  # held for the call: input + max_tokens
    usage: Usage  # what it really costs


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the provider."""

    job: str
    start: float
    end: float
    outcome: Outcome
    tokens: int  # used


@dataclass(slots=True)
class SimulatedRun:
    """A job's way through the simulation."""

    job: Job
    place: StartEstimate | None = None  # the estimate of its start when it came
    ahead: int = 0  # jobs of all users that waited when it came
    attempts: int = 0
    failures: int = 0
    started: float | None = None  # its last call
    ended: float | None = None
    outcome: Outcome | None = None
    provisional: float | None = None  # when an automatic answer stood in, because the breaker was open
    fallback_seconds: float | None = None  # what that answer took from the moment it was asked for


@dataclass(slots=True)
class Trace:
    """Everything that happened under one policy."""

    policy: str
    runs: list[SimulatedRun]
    calls: list[Call] = field(default_factory=list)  # in the order in which they ended
    breaker: list[tuple[float, BreakerState]] = field(default_factory=list)  # its moves, of the settlements
    standstills: list[tuple[float, Reason | None]] = field(default_factory=list)  # why, since when
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policies may use: the operator's settings, the same for each of them."""

    rate: float = 30.0  # requests a minute
    burst: float = 5.0
    slots: int = 90  # calls in flight over all processes
    processes: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.rate <= 100_000:
            raise NonsenseError(f"The rate must be between 1 and 100000 a minute, not {self.rate:g}.")
        if not 1 <= self.burst <= 100_000:
            raise NonsenseError(f"The burst must be between 1 and 100000, not {self.burst:g}.")
        if not 1 <= self.processes <= 1_000:
            raise NonsenseError(f"Processes must be between 1 and 1000, not {self.processes}.")
        if not self.processes <= self.slots <= 100_000:
            raise NonsenseError(
                f"Slots must be between one for each process ({self.processes}) and 100000, not {self.slots}."
            )
