"""From the functions' replies to the gate's values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...functions.layouts import BY_NAME
from ..model import (
    Admission,
    BreakerMode,
    BreakerState,
    Event,
    Explanation,
    FlowStatus,
    Lease,
    Level,
    Reason,
    Settlement,
    StartEstimate,
    Status,
)
from ..rules import seconds

LIMITS = {
    "requests": Reason.REQUESTS_PER_MINUTE,
    "tokens": Reason.TOKENS_PER_MINUTE,
    "day": Reason.TOKENS_PER_DAY,
}

BREAKER_STATES = (BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN)  # as breakers.lua counts
NONE = b"\xff" * 8  # in place of the record of a lease that has ended (admit.lua)

Reply = Sequence[Any]


def text(value: bytes) -> str:
    return value.decode()


def moment(value: int) -> float | None:
    return seconds(value) if value else None


def lease(upstream: str, reply: Reply) -> Lease:
    lease_id, job, flow, group, tokens, generation, epoch, expires, probe = reply
    return Lease(
        text(lease_id), text(job), upstream, text(flow), text(group), tokens, generation, text(epoch),
        seconds(expires), bool(probe),
    )  # fmt: skip


def admission(upstream: str, ids: Sequence[str], reply: bytes) -> Admission:
    answer, at = BY_NAME["answer"].unpacked(reply)
    expires = seconds(int(answer["expires"]))
    leases = []
    for lease_id in ids:
        if at == len(reply):
            break
        if reply.startswith(NONE, at):
            at += len(NONE)
            continue
        lease, at = BY_NAME["lease"].unpacked(reply, at)
        leases.append(
            Lease(
                lease_id, lease["job"], upstream, lease["flow"], lease["group"], int(lease["reservation"]),
                answer["generation"], answer["epoch"], expires, bool(lease["probe"]),
            )
        )  # fmt: skip
    reason = Reason(answer["reason"]) if answer["reason"] else None
    return Admission(tuple(leases), reason, moment(int(answer["retry_at"])), seconds(int(answer["now"])))


def start_estimate(reply: Reply) -> StartEstimate:
    ahead, earliest, latest, refused = reply
    return StartEstimate(ahead, moment(earliest), moment(latest), _reason(refused))


def settlements(reply: bytes) -> Iterator[Settlement]:
    layout, at = BY_NAME["settlement"], 0
    while at < len(reply):
        found, at = layout.unpacked(reply, at)
        breaker = BREAKER_STATES[found["breaker"]]
        yield Settlement(bool(found["applied"]), breaker, bool(found["tripped"]), bool(found["healed"]))


def explanation(reply: Reply) -> Explanation:
    state, reason, ahead, share, earliest, latest, retry_at = reply
    return Explanation(
        text(state), _reason(reason), ahead, float(share), moment(earliest), moment(latest), moment(retry_at)
    )


def events(reply: Reply) -> tuple[Event, ...]:
    epoch, *rows = reply
    return tuple(
        Event(int(number), text(epoch), seconds(int(at)), text(kind), text(before), text(after), text(reason))
        for number, at, kind, before, after, reason in rows
    )


def status(upstream: str, reply: Reply) -> Status:
    version, mode, now, waiting, epoch, breaker, retry_at, in_flight, failures, generation, probes, *rest = (
        reply
    )
    mean, multiplier, shut, shut_until, counters, limits, flows = rest
    levels = {LIMITS[text(which)]: Level(*map(float, figures)) for which, *figures in limits}
    requests = levels.get(Reason.REQUESTS_PER_MINUTE)
    return Status(
        upstream=upstream,
        version=version,
        epoch=text(epoch),
        now=seconds(now),
        waiting=waiting,
        in_flight=in_flight,
        bucket_level=requests.free if requests else None,
        bucket_capacity=requests.most if requests else None,
        requests_per_minute=requests.per_minute if requests else None,
        breaker=BreakerState(text(breaker)),
        breaker_mode=BreakerMode(text(mode)),
        breaker_failures=failures,
        breaker_retry_at=moment(retry_at),
        generation=generation,
        probes=probes,
        counters={text(name): int(value) for name, value in _pairs(counters)},
        flows={text(name): _flow(row) for name, *row in flows},
        levels=levels,
        mean_seconds=float(mean) / 1e6,
        multiplier=float(multiplier) or None,
        shut=Reason(text(shut)) if shut else None,
        shut_until=moment(int(float(shut_until))),
    )


def _flow(row: Reply) -> FlowStatus:
    waiting, in_flight, weight, blocked, why, until = row
    return FlowStatus(
        waiting, in_flight, float(weight), bool(blocked), _reason(why), moment(int(float(until)))
    )


def _reason(name: bytes) -> Reason | None:
    return Reason(text(name)) if name else None


def _pairs(flat: Reply) -> list[Reply]:
    return [flat[i : i + 2] for i in range(0, len(flat), 2)]
