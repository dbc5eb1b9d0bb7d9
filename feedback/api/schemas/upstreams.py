from datetime import datetime

from ninja import Schema

from limiter.gate import BreakerMode, BreakerState
from limiter.operations.condition import Condition


class BucketOut(Schema):
    level: float | None
    capacity: float | None


class BreakerOut(Schema):
    state: BreakerState
    mode: BreakerMode
    failures: int
    since: datetime | None
    retry_at: datetime | None
    retry_in: float | None


class HoldOut(Schema):
    """The system stopped admission by itself."""

    cause: str
    since: datetime | None
    until: datetime | None
    refusals: int


class UpstreamOut(Schema):
    """One provider endpoint: what it is set to, and what it lets through now. Durations are in seconds."""

    name: str
    target: str
    condition: Condition
    paused: bool
    held: HoldOut | None
    version: int
    published_version: int
    requests_per_minute: float | None
    bucket: BucketOut
    in_flight: int
    max_in_flight: int | None
    in_line: int
    line_bound: int
    breaker: BreakerOut
    counters: dict[str, int]
