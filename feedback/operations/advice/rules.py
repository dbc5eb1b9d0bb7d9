"""The judgement. Plain Python: the same figures always give the same advice.

One climbs a rung where people at once call for it and something hurts: a queue often over ten, long waits,
throttled calls. Where nothing hurts, keep what you have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from .model import Advice, Figures, Step, UpstreamFigures
from .profiles import Profile, for_people

ENOUGH = 20  # runs, before a share of them means anything
REGULARLY = 1800.0  # seconds with a queue over ten: half an hour, in the whole stretch
LONG_WAIT = 600.0  # seconds that 1 of 20 waits, from which on people complain
MANY_THROTTLED = 0.05
FEW_THROTTLED = 0.01
AT_THE_LIMIT = 0.9  # share of a limit at which it is what holds the work back
MORE = 1.5  # a rate is raised by half at a time
MINUTE = 60.0


def advise(figures: Figures) -> Advice:
    hurts = [pain for upstream in figures.upstreams for pain in _pains(upstream)]
    profile, why = _profile(figures, hurts)
    steps = [step for upstream in figures.upstreams for step in _steps(upstream)]
    steps += _steps_of_hosts(figures)
    return Advice(profile, profile is figures.profile, (*why, *hurts), tuple(steps))


# Which profile -----------------------------------------------------------------------------------


def _profile(figures: Figures, hurts: list[str]) -> tuple[Profile, list[str]]:
    now, wanted = figures.profile, for_people(figures.people_at_once)
    at_once = f"At most {_count(figures.people_at_once, 'person', 'people')} had work under way at once"
    if len(figures.hosts) > 1 and now.rank < Profile.CAMPUS.rank:
        return Profile.CAMPUS, [
            f"Workers run on {len(figures.hosts)} hosts: they need stores that outlive any of them."
        ]
    if figures.runs < ENOUGH:
        few = f"Only {_count(figures.runs, 'call', 'calls')} in {figures.days:g} days: too few to judge by."
        return now, [few]
    if wanted.rank > now.rank and hurts:
        return wanted, [f"{at_once}, which is what {wanted} is for, and it hurts:"]
    if wanted.rank > now.rank:
        return now, [
            f"{at_once}, for which {wanted} is made; but nothing hurts, so there is no reason to climb."
        ]
    if wanted.rank < now.rank:
        return now, [f"{at_once}: {wanted} would carry them too. Keep {now} for what else it gives you."]
    return now, [f"{at_once}, which is what {now} is for."]


def _pains(upstream: UpstreamFigures) -> Iterator[str]:
    """What its users feel, each in a sentence with its figure."""
    if upstream.seconds_over_ten >= REGULARLY:
        yield (
            f"{upstream.name}: more than 10 in line for {upstream.seconds_over_ten / MINUTE:.0f} minutes, "
            f"{upstream.longest_line} at most."
        )
    if _waits_long(upstream):
        minutes = (upstream.wait_p95 or 0.0) / MINUTE
        yield f"{upstream.name}: 1 of 20 waited for {minutes:.0f} minutes or more."
    if _is_throttled(upstream):
        yield f"{upstream.name}: {upstream.throttled:.0%} of {upstream.runs} calls were throttled."


def _is_throttled(upstream: UpstreamFigures) -> bool:
    return upstream.runs >= ENOUGH and upstream.throttled > MANY_THROTTLED


def _waits_long(upstream: UpstreamFigures) -> bool:
    return upstream.runs >= ENOUGH and (upstream.wait_p95 or 0.0) > LONG_WAIT


def _is_crowded(upstream: UpstreamFigures) -> bool:
    return upstream.seconds_over_ten >= REGULARLY or _waits_long(upstream)


# What to change ----------------------------------------------------------------------------------


def _steps(upstream: UpstreamFigures) -> Iterator[Step]:
    for rule in (_tune_the_rate, _ask_for_quota, _add_slots, _lift_the_cap, _raise_the_rate, _stand_in):
        step = rule(upstream)
        if step is not None:
            yield step


def _tune_the_rate(upstream: UpstreamFigures) -> Step | None:
    if not _is_throttled(upstream) or upstream.is_adaptive or upstream.rate is None:
        return None
    return Step(
        "Let the rate tune itself",
        f"{upstream.throttled:.0%} of {upstream.runs} calls were throttled: the rate is above the quota.",
        "Few calls throttled at whatever the quota is: about one in four minutes, as it looks for a rise.",
        _set(upstream, requests_algorithm="adaptive"),
        upstream.name,
        {"requests_algorithm": "adaptive"},
    )


def _ask_for_quota(upstream: UpstreamFigures) -> Step | None:
    if not _is_throttled(upstream) or not upstream.is_adaptive:
        return None
    return Step(
        "Ask AWS for more quota, and look who else uses the account",
        f"{upstream.throttled:.0%} of {upstream.runs} calls were throttled although the rate tunes itself.",
        "The rate rises by itself as far as its ceiling lets it.",
    )


def _add_slots(upstream: UpstreamFigures) -> Step | None:
    """Little's law: slots = rate x length of a call."""
    slots, needed = upstream.slots, _slots_needed(upstream)
    capped = upstream.max_in_flight is not None and upstream.max_in_flight <= slots
    if not _is_crowded(upstream) or not slots or needed is None or needed <= slots or capped:
        return None
    if upstream.most_in_flight < AT_THE_LIMIT * slots:
        return None
    return Step(
        f"Add {needed - slots} slots: more workers, or LIMITER_WORKER_SLOTS",
        f"All {slots} slots were taken; a rate of {upstream.rate:g} a minute needs {needed} (Little's law).",
        f"{_pace(needed, upstream):.0f} calls a minute in place of {_pace(slots, upstream):.0f}.",
    )


def _lift_the_cap(upstream: UpstreamFigures) -> Step | None:
    cap, needed = upstream.max_in_flight, _slots_needed(upstream)
    if not _is_crowded(upstream) or cap is None or needed is None or needed <= cap:
        return None
    if upstream.most_in_flight < AT_THE_LIMIT * cap:
        return None
    return Step(
        f"Let {needed} calls be in flight",
        f"The cap of {cap} was reached; a rate of {upstream.rate:g} a minute needs {needed} (Little's law).",
        f"{_pace(needed, upstream):.0f} calls a minute in place of {_pace(cap, upstream):.0f}.",
        _set(upstream, max_in_flight=needed),
        upstream.name,
        {"max_in_flight": needed},
    )


def _raise_the_rate(upstream: UpstreamFigures) -> Step | None:
    rate = upstream.rate
    if rate is None or not _is_crowded(upstream) or upstream.throttled > FEW_THROTTLED:
        return None
    if upstream.busiest_minute < AT_THE_LIMIT * rate:
        return None
    more = math.ceil(rate * MORE)
    return Step(
        "Ask AWS for more quota, then raise the rate by half",
        f"The busiest minute took {upstream.busiest_minute} of {rate:g}, and hardly anything was throttled.",
        f"{more} calls a minute in place of {rate:g}.",
        _set(upstream, requests_per_minute=more),
        upstream.name,
        {"requests_per_minute": more},
    )


def _stand_in(upstream: UpstreamFigures) -> Step | None:
    if not upstream.outages or upstream.has_stand_in:
        return None
    return Step(
        "Give it a stand-in: another region or model, in one pool",
        f"The breaker of {upstream.name} opened {_count(upstream.outages, 'time', 'times')}.",
        "Work goes on while it is away; today it waits, bridged by automatic feedback.",
        "docs/failover.md",
    )


def _steps_of_hosts(figures: Figures) -> Iterator[Step]:
    if figures.profile.rank >= Profile.CAMPUS.rank and len(figures.hosts) == 1:
        yield Step(
            "Run workers on a second host",
            f"All workers run on {figures.hosts[0]}.",
            "Work goes on when that host stops.",
            "docs/deploy.md",
        )


def _slots_needed(upstream: UpstreamFigures) -> int | None:
    if upstream.rate is None or upstream.call_seconds is None:
        return None
    return math.ceil(upstream.rate * upstream.call_seconds / MINUTE)


def _pace(slots: int, upstream: UpstreamFigures) -> float:
    return slots * MINUTE / (upstream.call_seconds or MINUTE)


def _set(upstream: UpstreamFigures, **values: object) -> str:
    pairs = " ".join(f"{name}={value}" for name, value in values.items())
    return f'manage.py limiter set {upstream.name} {pairs} --reason "..."'


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
