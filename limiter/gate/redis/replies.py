"""From the scripts' replies to the gate's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..model import (
    Admission,
    BreakerMode,
    BreakerState,
    Explanation,
    FlowStatus,
    Lease,
    Place,
    Reason,
    Settlement,
    Status,
)
from ..rules import MILLI, seconds

Reply = Sequence[Any]


def text(value: bytes | str) -> str:
    """A string, whether or not the connection decodes."""
    return value.decode() if isinstance(value, bytes) else value


def moment(value: int) -> float | None:
    return seconds(value) if value else None


def lease(upstream: str, reply: Reply) -> Lease:
    lease_id, job, flow, group, tokens, generation, epoch, expires, probe = reply
    return Lease(
        text(lease_id), text(job), upstream, text(flow), text(group), tokens, generation, text(epoch),
        seconds(expires), bool(probe),
    )  # fmt: skip


def admission(upstream: str, reply: Reply) -> Admission:
    now, reason, retry_at, *leases = reply
    return Admission(
        tuple(lease(upstream, each) for each in leases),
        Reason(text(reason)) if reason else None,
        moment(retry_at),
        seconds(now),
    )


def place(reply: Reply) -> Place:
    ahead, earliest, latest = reply
    return Place(ahead, moment(earliest), moment(latest))


def settlement(reply: Reply) -> Settlement:
    applied, breaker, tripped, healed = reply
    return Settlement(bool(applied), BreakerState(text(breaker)), bool(tripped), bool(healed))


def explanation(reply: Reply) -> Explanation:
    state, reason, ahead, share, earliest, latest = reply
    return Explanation(
        text(state),
        Reason(text(reason)) if reason else None,
        ahead,
        float(share),
        moment(earliest),
        moment(latest),
    )


def status(upstream: str, reply: Reply) -> Status:
    version, mode, rate, capacity, grain, now, waiting, epoch, level, *rest = reply
    breaker, retry_at, in_flight, failures, generation, probes, counters, flows = rest
    limited = rate >= 0
    return Status(
        upstream=upstream,
        version=version,
        epoch=text(epoch),
        now=seconds(now),
        waiting=waiting,
        in_flight=in_flight,
        bucket_level=min(level, capacity) / grain if limited else None,
        bucket_capacity=capacity / grain if limited else None,
        requests_per_minute=rate / MILLI if limited else None,
        breaker=BreakerState(text(breaker)),
        breaker_mode=BreakerMode(text(mode)),
        breaker_failures=failures,
        breaker_retry_at=moment(retry_at),
        generation=generation,
        probes=probes,
        counters={text(name): int(value) for name, value in _groups(counters, 2)},
        flows={
            text(name): FlowStatus(waits, runs, float(weight), bool(parked))
            for name, waits, runs, weight, parked in _groups(flows, 5)
        },
    )


def _groups(flat: Reply, size: int) -> list[Reply]:
    return [flat[i : i + size] for i in range(0, len(flat), size)]
