"""What an upstream shows of itself."""

from __future__ import annotations

from limiter.algorithms.limits.memory.buckets import Adaptive, LeakyBucket, TokenBucket
from limiter.algorithms.limits.memory.store import Meter
from limiter.algorithms.limits.rules import LimitRule

from ..model import BreakerMode, FlowStatus, Level, Reason, Status
from ..rules import per_minute, seconds
from .flow import Flow
from .upstream import Upstream


def moment(value: int | None) -> float | None:
    return None if value is None else seconds(value)


def status_of(state: Upstream, now: int) -> Status:
    rules, breaker = state.rules, state.breaker
    broken = breaker.refusal(rules.breaker, now) if rules else None
    shut = state.shut(now)
    levels = _levels(state, now)
    requests = levels.get(Reason.REQUESTS_PER_MINUTE)
    return Status(
        upstream=state.name,
        version=rules.version if rules else 0,
        epoch=state.epoch,
        now=seconds(now),
        waiting=len(state.queue.jobs),
        in_flight=len(state.leases),
        bucket_level=requests.free if requests else None,
        bucket_capacity=requests.most if requests else None,
        requests_per_minute=requests.per_minute if requests else None,
        breaker=state.seen(),
        breaker_mode=rules.breaker.mode if rules else BreakerMode.AUTO,
        breaker_failures=breaker.failures,
        breaker_retry_at=moment(broken[1]) if broken else None,
        generation=breaker.generation,
        probes=breaker.probes,
        counters={name: count for name, count in state.counters.items() if count},
        flows={flow.name: _flow(flow) for flow in state.queue.flows.values() if flow.references},
        levels=levels,
        mean_seconds=state.mean / 1e6,
        multiplier=state.spending.sent.multiplier or None,
        shut=shut.reason if shut else None,
        shut_until=moment(shut.retry_at) if shut else None,
    )


def _flow(flow: Flow) -> FlowStatus:
    return FlowStatus(flow.waiting, flow.in_flight, flow.weight, flow.blocked, flow.why, moment(flow.until))


def _levels(state: Upstream, now: int) -> dict[Reason, Level]:
    rules, spending = state.rules, state.spending
    if rules is None:
        return {}
    limits = (
        (Reason.REQUESTS_PER_MINUTE, rules.requests, spending.requests),
        (Reason.TOKENS_PER_MINUTE, rules.tokens, spending.tokens),
        (Reason.TOKENS_PER_DAY, rules.day, spending.day),
    )
    return {
        reason: _level(limit, meter, now)
        for reason, limit, meter in limits
        if limit is not None and meter is not None
    }


def _level(limit: LimitRule, meter: Meter, now: int) -> Level:
    pace = meter.pace(limit) if isinstance(meter, Adaptive) else None
    return Level(_free(limit, meter, now), _most(limit), per_minute(limit, pace))


def _free(limit: LimitRule, meter: Meter, now: int) -> float:
    """To the unit where the meter knows it, else whole units."""
    if isinstance(meter, TokenBucket | LeakyBucket):
        return meter.level_at(limit, now) / limit.unit
    return meter.left(limit, now)


def _most(limit: LimitRule) -> float:
    return limit.capacity / limit.unit if limit.capacity else limit.most
