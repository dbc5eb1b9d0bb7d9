"""The values that cross the gate: what is asked of it and what it answers.

Durations are seconds and moments are seconds since the Unix epoch on the gate's own clock
(Redis TIME, or the clock that a memory gate was given), unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How a lease ended. The class of the outcome decides what it feeds."""

    SUCCESS = "success"
    THROTTLED = "throttled"  # the provider's own limiter said no: feeds the rate
    FAILURE = "failure"  # the provider failed or timed out: feeds the breaker
    REJECTED = "rejected"  # the request was at fault: feeds neither
    RETURNED = "returned"  # never sent: the whole hold is given back, feeds neither


class Reason(StrEnum):
    """What stands between the line and the next admission."""

    EMPTY = "empty"  # nothing is in line
    UNCONFIGURED = "unconfigured"  # no configuration was published for this upstream
    PAUSED = "paused"  # an operator holds the upstream
    BREAKER_OPEN = "breaker_open"
    BREAKER_PROBING = "breaker_probing"  # half-open, and every probe is out
    REQUESTS_PER_MINUTE = "requests_per_minute"
    IN_FLIGHT = "in_flight"
    FLOW_IN_FLIGHT = "flow_in_flight"  # whoever waits already runs as much as they may
    COST = "cost"  # larger than a burst: it could never be admitted


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerMode(StrEnum):
    """Who decides: the outcomes, or an operator."""

    AUTO = "auto"
    FORCED_OPEN = "forced_open"
    FORCED_CLOSED = "forced_closed"
    DISABLED = "disabled"  # records nothing, never refuses
    OBSERVE = "observe"  # moves through its states, never refuses


@dataclass(frozen=True, slots=True)
class BreakerConfig:
    """When the breaker trips and how it heals."""

    mode: BreakerMode = BreakerMode.AUTO
    failures: int = 5  # consecutive failures that trip it
    open_seconds: float = 60.0  # before the first probe
    open_max_seconds: float = 600.0  # the open time doubles with each failed probe up to this
    jitter: float = 0.1  # share of the open time that is random
    probes: int = 1  # in flight at once while half-open, over all machines
    successes: int = 1  # probes that must succeed to close it


@dataclass(frozen=True, slots=True)
class UpstreamConfig:
    """One version of everything the gate enforces for one upstream."""

    name: str
    version: int
    requests_per_minute: float | None = None  # None: no limit on the rate
    burst: float = 1.0  # requests the bucket holds
    max_in_flight: int | None = None
    flow_in_flight: int | None = None  # for a flow whose policy names none
    lease_seconds: float = 30.0
    paused: bool = False
    breaker: BreakerConfig = field(default_factory=BreakerConfig)


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """What one flow may do; a newer version replaces an older one."""

    version: int
    weight: float = 1.0  # share against its siblings in the group
    max_in_flight: int | None = None  # None: the upstream's default


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job as it is offered to the line."""

    job: str
    flow: str
    group: str = ""
    priority: int = 0  # within the flow; higher goes first
    document: str = ""  # jobs of one document finish together
    tokens: int = 0  # what the provider will hold for the call; 0 counts as 1 for fairness


@dataclass(frozen=True, slots=True)
class Place:
    """Where an offered job stands. Never a rank among strangers: that could rise."""

    ahead: int  # own jobs before it
    earliest: float | None  # moments between which it is expected to start; None: unknown
    latest: float | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The permit to run one job. The same id names the RQ execution and the row's lease."""

    id: str
    job: str
    upstream: str
    flow: str
    group: str
    tokens: int  # held
    generation: int  # of the breaker at admission: an outcome from before a transition never moves it
    epoch: str  # of the gate's memory at admission: another epoch means that Redis lost it
    expires_at: float
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """What admit decided: up to k leases, and why no more where there are fewer than asked for."""

    leases: tuple[Lease, ...]
    reason: Reason | None = None
    retry_at: float | None = None  # the earliest moment worth asking again; None: only an event helps
    now: float = (
        0.0  # the gate's clock when it decided: sleep for retry_at - now, whatever the host's clock says
    )

    @property
    def wait_seconds(self) -> float | None:
        """How long to sleep before asking again; None: until an event."""
        return None if self.retry_at is None else max(0.0, self.retry_at - self.now)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call really used, in tokens."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def total(self) -> int:
        """What fairness charges: all that was read and written, but for what came from a cache."""
        return self.input_tokens + self.output_tokens + self.cache_write_tokens


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a settle changed."""

    applied: bool  # False: the lease was settled or reclaimed before; nothing changed
    breaker: BreakerState
    tripped: bool = False  # this outcome opened the breaker
    healed: bool = False  # this outcome closed it


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one job waits for."""

    state: str  # "waiting", "running" or "unknown"
    reason: Reason | None = None
    ahead_in_flow: int = 0
    ahead_share: float = 0.0  # share of the line's waiting tokens that is expected before it, 0 to 1
    earliest: float | None = None
    latest: float | None = None


@dataclass(frozen=True, slots=True)
class FlowStatus:
    waiting: int
    in_flight: int
    weight: float
    parked: bool


@dataclass(frozen=True, slots=True)
class Status:
    """One upstream at one moment."""

    upstream: str
    version: int
    epoch: str
    now: float
    waiting: int
    in_flight: int
    bucket_level: float | None
    bucket_capacity: float | None
    requests_per_minute: float | None
    breaker: BreakerState
    breaker_mode: BreakerMode
    breaker_failures: int  # consecutive
    breaker_retry_at: float | None
    generation: int
    counters: Mapping[str, int]  # since the epoch: admitted, settled by outcome, refused by reason, expired
    flows: Mapping[str, FlowStatus]  # those with work
    probes: int = 0  # in flight


class GateError(Exception):
    """The gate could not answer. Nothing was admitted that the caller does not know of."""


class GateUnavailable(GateError):
    """The gate's server cannot be reached or cannot write."""


class SchemaTooNew(GateError):
    """A newer release wrote the gate's keys: this worker must stop admitting."""
