"""Advice for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from feedback.operations.advice.model import Advice, Figures, UpstreamFigures
from feedback.operations.advice.profiles import RUNGS, Profile

from .output import printed, span

SCHEMA = 1  # raised when a field is taken away or changes its meaning


def advice_as_json(advice: Advice, figures: Figures) -> dict[str, Any]:
    """Durations in seconds, shares from 0 to 1, null where nothing was to be measured."""
    return {
        "schema": SCHEMA,
        "profile": {"now": figures.profile, "fits": advice.profile, "keep": advice.keep},
        "reasons": list(advice.reasons),
        "steps": [asdict(step) for step in advice.steps],
        "figures": asdict(figures),
        "profiles": {profile: asdict(rung) for profile, rung in RUNGS.items()},
    }


def advice_as_text(advice: Advice, figures: Figures, *, colour: bool) -> str:
    tables = [_profiles(advice, figures), *([upstreams_table(figures)] if figures.upstreams else [])]
    return "\n".join([_verdict(advice, figures), "", printed(*tables, colour=colour), "", *_steps(advice)])


def _verdict(advice: Advice, figures: Figures) -> str:
    words = f"Keep {figures.profile}." if advice.keep else f"Go from {figures.profile} to {advice.profile}."
    return "\n".join([words, *(f"  {reason}" for reason in advice.reasons)])


def _profiles(advice: Advice, figures: Figures) -> Table:
    table = Table("Profile", "People at once", "Is", "Complexity", "Set up in", "A month")
    for profile, rung in RUNGS.items():
        table.add_row(
            _marked(profile, advice, figures),
            "more" if rung.people is None else f"up to {rung.people}",
            rung.brings, rung.complexity, rung.set_up, rung.monthly,
        )  # fmt: skip
    return table


def _marked(profile: Profile, advice: Advice, figures: Figures) -> str:
    marks = [mark for mark, of in (("now", figures.profile), ("fits", advice.profile)) if of is profile]
    return f"[bold]{profile}[/] ({', '.join(marks)})" if marks else profile.value


def upstreams_table(figures: Figures) -> Table:
    title = (
        f"The last {span(86_400 * figures.days)}: {figures.people} people, {figures.people_at_once} at once"
    )
    table = Table(
        "Upstream", "Calls", "Throttled", "Longest line", "Over 10 for", "Half waited", "19 of 20",
        "A call", "Busiest minute", "In flight", "Outages",
        title=title,
    )  # fmt: skip
    for upstream in figures.upstreams:
        table.add_row(escape(upstream.name), *_cells(upstream))
    return table


def _cells(upstream: UpstreamFigures) -> Iterator[str]:
    yield str(upstream.runs)
    yield f"{upstream.throttled:.1%}"
    yield str(upstream.longest_line)
    yield span(upstream.seconds_over_ten)
    for seconds in (upstream.wait_p50, upstream.wait_p95, upstream.call_seconds):
        yield "-" if seconds is None else span(seconds)
    of = "" if upstream.rate is None else f" of {upstream.rate:.0f}"
    yield f"{upstream.busiest_minute}{of}"
    slots = f" of {upstream.slots}" if upstream.slots else ""
    yield f"{upstream.most_in_flight}{slots}"
    yield str(upstream.outages)


def _steps(advice: Advice) -> Iterator[str]:
    if not advice.steps:
        yield "Nothing needs to be changed."
        return
    yield "What to change next:"
    for number, step in enumerate(advice.steps, start=1):
        yield f"  {number}. {step.what}."
        yield f"     Why: {step.because}"
        yield f"     Brings: {step.brings}"
        if step.how:
            yield f"     {step.how}"
