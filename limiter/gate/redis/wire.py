"""Rules and policies as the functions take them: numbers by the names of limiter/functions/layouts.py."""

from __future__ import annotations

import json

from limiter.algorithms.limits.model import Algorithm
from limiter.algorithms.limits.rules import WINDOWS, LimitRule
from limiter.base import bounds
from limiter.functions.layouts import RULE

from ..model import BreakerMode, Ended, FlowPolicy, Law, Refund
from ..rules import BreakerRule, Rules, compile_policy, micros

UNLIMITED = 10**15
NAMES = (*RULE, "floor", "ceiling")
KINDS = {
    Algorithm.TOKEN_BUCKET: 1,
    Algorithm.LEAKY_BUCKET: 2,
    Algorithm.ADAPTIVE: 3,
    Algorithm.FIXED_WINDOW: 4,
    Algorithm.SLIDING_COUNTER: 5,
    Algorithm.SLIDING_LOG: 6,
}
MODES = {
    BreakerMode.AUTO: 0,
    BreakerMode.OBSERVE: 1,
    BreakerMode.FORCED_OPEN: 2,
    BreakerMode.FORCED_CLOSED: 3,
    BreakerMode.DISABLED: 4,
}
LAWS = {Law.AIMD: 1, Law.CUBIC: 2}
REFUNDS = {Refund.NEVER: 0, Refund.WITHIN_WINDOW: 1, Refund.ALWAYS: 2}


def limit(rule: LimitRule | None) -> dict[str, int]:
    """A limit as meter_changes.lua takes it; kind 0: there is none."""
    if rule is None:
        return dict.fromkeys(NAMES, 0)
    kind = KINDS[rule.algorithm]
    if rule.algorithm in WINDOWS:
        numbers = (kind, 0, 0, rule.units, rule.window, 0, 0)
    else:
        numbers = (kind, rule.rate, rule.unit, rule.capacity, 0, rule.floor, rule.ceiling)
    return dict(zip(NAMES, numbers, strict=True))


def breaker(rule: BreakerRule) -> dict[str, float]:
    return {
        "mode": MODES[rule.mode],
        "failures": rule.failures,
        "failure_rate": rule.failure_rate,
        "slow_rate": rule.slow_rate,
        "window": rule.window,
        "timed": int(rule.timed),
        "minimum": rule.minimum,
        "slow_first": rule.slow_first,
        "slow_per_token": rule.slow_per_token,
        "floor_throttles": rule.floor_throttles,
        "heals_on_accepted": int(rule.heals_on_accepted),
        "open": rule.open,
        "open_max": rule.open_max,
        "jitter": rule.jitter,
        "probes": rule.probes,
        "successes": rule.successes,
    }


def configuration(rules: Rules) -> str:
    limits = {"requests": limit(rules.requests), "tokens": limit(rules.tokens), "day": limit(rules.day)}
    return _compact({"rules": _rules(rules, limits), "tuning": _tuning(rules, limits), **limits})


def policies(flows: dict[str, FlowPolicy], groups: dict[str, float]) -> str:
    return _compact({"flows": {name: _policy(policy) for name, policy in flows.items()}, "groups": groups})


def ended(run: Ended, random: float) -> tuple[str | float, ...]:
    """The words of settle.lua for one of its leases; `random` is in [0, 1)."""
    used = (-1, -1, -1)
    if run.usage is not None:
        used = (run.usage.input_tokens, run.usage.output_tokens, run.usage.cache_write_tokens)
    times = (-1.0, -1.0) if run.timing is None else (run.timing.first_token * 1e6, run.timing.total * 1e6)
    return (
        len(run.shares), run.lease, run.outcome.value, *used,
        micros(bounds.wait(run.retry_after)), repr(random), *map(repr, times),
        run.quota.value if run.quota else "", *(name for share in run.shares for name in share),
    )  # fmt: skip


def _rules(rules: Rules, limits: dict[str, dict[str, int]]) -> dict[str, float]:
    meters = {f"{which}_{part}": numbers[part] for which, numbers in limits.items() for part in RULE}
    return {
        "version": rules.version,
        "paused": int(rules.paused),
        "lease": rules.lease,
        "max_in_flight": UNLIMITED if rules.max_in_flight is None else rules.max_in_flight,
        "flow_in_flight": UNLIMITED if rules.flow_in_flight is None else rules.flow_in_flight,
        "multiplier": rules.multiplier,
        "follows": int(rules.follows),
        "burndown": rules.burndown,
        "refund": REFUNDS[rules.refund],
        "breaker_mode": MODES[rules.breaker.mode],
        **meters,
    }


def _tuning(rules: Rules, limits: dict[str, dict[str, int]]) -> dict[str, float]:
    control = rules.control
    return {
        **breaker(rules.breaker),
        "law": LAWS[control.law],
        "raise_after": control.raise_after,
        "raise_by": control.raise_by,
        "lower_by": control.lower_by,
        "period": control.period,
        "recovery": control.recovery,
        "late": control.late,
        "requests_floor": limits["requests"]["floor"],
        "requests_ceiling": limits["requests"]["ceiling"],
        "tokens_floor": limits["tokens"]["floor"],
        "tokens_ceiling": limits["tokens"]["ceiling"],
        "tokens_window": rules.tokens.window if rules.tokens else 0,
        "day_window": rules.day.window if rules.day else 0,
        "tokens_units": rules.tokens.units if rules.tokens else 0,
    }


def _policy(policy: FlowPolicy) -> dict[str, object]:
    rules = compile_policy(policy)
    cap = {} if policy.max_in_flight is None else {"cap": policy.max_in_flight}
    return {
        "version": policy.version,
        "weight": policy.weight,
        "suspended": policy.suspended,
        "requests": limit(rules.requests),
        "tokens": limit(rules.tokens),
        **cap,
    }


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
