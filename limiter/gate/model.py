"""The values that cross the gate: what is asked of it and what it answers.

Durations are seconds and moments are seconds since the Unix epoch on the gate's own clock
(Redis TIME, or the clock that a memory gate was given), unless a name says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from limiter.algorithms.limits.model import Algorithm
from limiter.base import bounds


class Outcome(StrEnum):
    """How a lease ended. The class of the outcome decides what it feeds."""

    SUCCESS = "success"  # the provider answered: what all of it learns from
    THROTTLED = "throttled"  # the provider's own limiter refused: feeds the rate
    FAILURE = "failure"  # the provider failed or timed out: feeds the breaker
    REJECTED = "rejected"  # the request was at fault: feeds neither
    EXHAUSTED = "exhausted"  # the provider's quota for the day is used up: nothing more until its reset
    RETURNED = "returned"  # never sent: the whole reservation is given back, feeds neither


class Reason(StrEnum):
    """The reason why nothing more is admitted."""

    EMPTY = "empty"  # nothing waits
    UNCONFIGURED = "unconfigured"  # no configuration was published for this upstream
    PAUSED = "paused"  # an operator paused the upstream
    BREAKER_OPEN = "breaker_open"  # the provider fails: nothing until a probe
    BREAKER_PROBING = "breaker_probing"  # half-open, and every probe is out
    EXHAUSTED = "exhausted"  # until the provider's own quota for the day renews
    IN_FLIGHT = "in_flight"  # as many calls as may be at once
    REQUESTS_PER_MINUTE = "requests_per_minute"  # the bucket of requests is empty
    TOKENS_PER_MINUTE = "tokens_per_minute"  # the bucket of tokens has too few
    TOKENS_PER_DAY = "tokens_per_day"  # the day's tokens are spent or held
    # Every flow that waits is blocked; this is what the first of them waits for.
    FLOW_IN_FLIGHT = "flow_in_flight"  # as many calls of the flow as may be at once
    FLOW_REQUESTS_PER_MINUTE = "flow_requests_per_minute"  # the flow's own rate
    FLOW_TOKENS_PER_DAY = "flow_tokens_per_day"  # the flow's own tokens of the day
    FLOW_SUSPENDED = "flow_suspended"  # an operator suspended it
    UNFINISHED = "unfinished"  # the call stopped at a bound of its own: ask again at once
    COST = "cost"  # larger than a burst: it could never be admitted


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerMode(StrEnum):
    """What decides: the outcomes, or an operator."""

    AUTO = "auto"
    FORCED_OPEN = "forced_open"
    FORCED_CLOSED = "forced_closed"
    DISABLED = "disabled"  # records nothing, never refuses
    OBSERVE = "observe"  # moves through its states, never refuses


class Refund(StrEnum):
    """When what was reserved too much comes back."""

    NEVER = "never"
    WITHIN_WINDOW = "within_window"  # a reservation older than the limit's window has left it already
    ALWAYS = "always"


class Law(StrEnum):
    """How a rate that tunes itself rises and falls (gate/control.py)."""

    AIMD = "aimd"
    CUBIC = "cubic"


class Quota(StrEnum):
    """The quota of the provider that a throttle was about, where it is named."""

    REQUESTS = "requests"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class BreakerConfig:
    """When the breaker trips and how it heals.

    It trips on consecutive failures, or, over a sliding window, on the share of failed or of slow calls
    (None: not on that). A window counts its last `window` calls, or those of its last `window` seconds.
    """

    mode: BreakerMode = BreakerMode.AUTO
    failures: int = 5  # consecutive failures that trip it
    failure_rate: float | None = None  # share of the window's calls, 0 to 1
    slow_rate: float | None = None
    window: int = 100
    window_seconds: bool = False  # the window is seconds, not calls
    minimum_calls: int = 20  # in the window, before a share means anything
    slow_first_token: float = 60.0  # seconds; a call that takes longer to begin is slow ...
    slow_per_token: float = 0.5  # ... and so is one that takes longer than this for each token of its answer
    floor_throttles: int | None = None  # throttles running, with the rate at its floor, that trip it
    heal_on_accepted: bool = True  # a probe that the provider took has succeeded: calls last minutes
    open_seconds: float = 60.0  # before the first probe
    open_max_seconds: float = 600.0  # the open time doubles with each failed probe up to this
    jitter: float = 0.1  # share of the open time that is random
    probes: int = 1  # in flight at once while half-open, over all machines
    successes: int = 1  # probes that must succeed to close it


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """How an adaptive limit tunes its rate (gate/memory/control.py). Shares are of the configured rate."""

    law: Law = Law.CUBIC
    floor: float = 0.1
    ceiling: float = 4.0
    raise_after: int = 100  # aimd: acceptances for one increase
    raise_by: float = 0.1  # aimd: of the configured rate
    lower_by: float = 0.5  # aimd: of the rate in force
    period_seconds: float = 10.0  # at most one decrease in it
    recovery_seconds: float = 60.0  # cubic: its unit of time
    late_after: float | None = None  # times the usual wait for the first event; None: not heard


@dataclass(frozen=True, slots=True)
class UpstreamConfig:
    """One version of everything the gate enforces for one upstream. None: no such limit."""

    name: str
    version: int
    requests_per_minute: float | None = None
    burst: float = 1.0  # requests that may start at once
    requests_algorithm: Algorithm = Algorithm.TOKEN_BUCKET
    tokens_per_minute: int | None = None
    tokens_burst: int | None = None  # None: a minute's worth
    tokens_algorithm: Algorithm = Algorithm.TOKEN_BUCKET
    tokens_per_day: int | None = None
    day_algorithm: Algorithm = Algorithm.FIXED_WINDOW  # a day begins at midnight UTC
    multiplier: float = 1.0  # of the longest answer, in what the provider reserves
    follow_multiplier: bool = False  # reserve by the one that throttles show, once they have
    burndown: float = 1.0  # of the answer, in what it charges in the end: 5 for newer Claude models
    refund: Refund = Refund.WITHIN_WINDOW
    control: ControlConfig = field(default_factory=ControlConfig)  # of limits that are adaptive
    max_in_flight: int | None = None
    flow_in_flight: int | None = None  # for a flow without one in its policy
    lease_seconds: float = 30.0
    paused: bool = False
    breaker: BreakerConfig = field(default_factory=BreakerConfig)


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """What one flow may do; a newer version replaces an older one."""

    version: int
    weight: float = 1.0  # share against its siblings in the group
    max_in_flight: int | None = None  # None: the upstream's default
    suspended: bool = False  # nothing of it is admitted; what runs goes on
    requests_per_minute: float | None = None
    burst: float = 1.0
    requests_algorithm: Algorithm = Algorithm.TOKEN_BUCKET
    tokens_per_day: int | None = None
    tokens_algorithm: Algorithm = Algorithm.FIXED_WINDOW


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job as it is offered to the queue."""

    job: str
    flow: str
    group: str = ""
    priority: int = 0  # within the flow; higher goes first
    document: str = ""  # jobs of one document finish together
    tokens: int = 0  # input that the provider reserves, cache reads and writes included
    output: int = 0  # the longest answer that is asked for

    def reservation(self, multiplier: float = 1.0) -> int:
        """The tokens that the provider reserves when the call starts."""
        return max(0, self.tokens) + math.ceil(max(0, self.output) * multiplier)


@dataclass(frozen=True, slots=True)
class StartEstimate:
    """Where an offered job stands. Never a rank among strangers: that could rise."""

    ahead: int  # own jobs before it
    earliest: float | None  # moments between which it is expected to start; None: unknown
    latest: float | None
    refused: Reason | None = None  # it can never be admitted, and was not taken into the line


@dataclass(frozen=True, slots=True)
class Lease:
    """The permit to run one job. The same id names the RQ execution and the row's lease."""

    id: str
    job: str
    upstream: str
    flow: str
    group: str
    tokens: int  # reserved, with the multiplier
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

    def __post_init__(self) -> None:
        """A service counted these, and may count nonsense."""
        for name in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"):
            object.__setattr__(self, name, bounds.tokens(getattr(self, name)))

    def charge(self, burndown: float = 1.0) -> int:
        """What the provider charges in the end, and fairness too: cache reads are given back."""
        return self.input_tokens + self.cache_write_tokens + math.ceil(self.output_tokens * burndown)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a call took, in seconds. What makes it slow depends on the length of its answer."""

    first_token: float
    total: float

    def __post_init__(self) -> None:
        for name in ("first_token", "total"):
            object.__setattr__(self, name, bounds.wait(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run under a lease ended, in the words of Gate.settle."""

    lease: str
    outcome: Outcome
    usage: Usage | None = None
    retry_after: float = 0.0
    timing: Timing | None = None
    quota: Quota | None = None
    shares: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a settle changed."""

    applied: bool  # False: the lease was settled or reclaimed before; nothing changed
    breaker: BreakerState
    tripped: bool = False  # this outcome opened the breaker
    healed: bool = False  # this outcome closed it


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the gate did by itself, with its reason. Numbered from 1 in each epoch."""

    number: int
    epoch: str
    at: float
    kind: str  # "breaker", "requests" or "tokens" (a rate that tuned itself)
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What one flow has spent since some moment, for a memory that was lost (`Gate.restore`)."""

    flow: str
    group: str
    tokens: int  # today, since midnight UTC
    service: int  # within the last hour, in tokens: what fairness charged


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one job waits for."""

    state: str  # "waiting", "running" or "unknown"; outside of the queue what its ledger calls it
    reason: Reason | None = None
    ahead_in_flow: int = 0
    ahead_share: float = 0.0  # share of the queue's waiting tokens that is expected before it, 0 to 1
    earliest: float | None = None
    latest: float | None = None
    retry_at: float | None = None  # when that limit lets the next job pass; None: only an event helps


@dataclass(frozen=True, slots=True)
class FlowStatus:
    """One flow with work."""

    waiting: int
    in_flight: int
    weight: float
    blocked: bool
    reason: Reason | None = None  # why it is blocked
    retry_at: float | None = None  # when it is unblocked; None: by an event


@dataclass(frozen=True, slots=True)
class Level:
    """A limit at one moment."""

    free: float  # units that may be spent now; negative: in debt
    most: float  # units that may be spent at once
    per_minute: float  # at which it refills now


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
    levels: Mapping[Reason, Level] = field(default_factory=dict)  # of the shared limits there are
    mean_seconds: float = 0.0  # of a successful call, lately; 0: none was seen
    multiplier: float | None = None  # that throttles show, where they have
    shut: Reason | None = None  # what keeps the whole upstream shut
    shut_until: float | None = None  # when that ends by itself; None: by an event


class GateError(Exception):
    """The gate could not answer. Nothing was admitted that the caller does not know of."""


class GateUnavailable(GateError):
    """The gate's server cannot be reached or cannot write."""


class SchemaTooNew(GateError):
    """A newer release wrote the gate's keys: this worker must stop admitting."""
