"""The gain of a proposed change: a replay of the traffic around the longest queue under its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from limiter.configuration.dry_run import DryRun, dry_run
from limiter.operations.reports.dry_run import miss_in_words

from .model import Advice, Figures, Step, UpstreamFigures

AROUND = timedelta(hours=1)  # before and after the longest line


def with_gains(advice: Advice, figures: Figures) -> Advice:
    """The same advice, where each step that can be replayed has the result of its replay."""
    known = {upstream.name: upstream for upstream in figures.upstreams}
    steps = [_replayed(step, known[step.upstream]) if step.changes else step for step in advice.steps]
    return replace(advice, steps=tuple(steps))


def _replayed(step: Step, upstream: UpstreamFigures) -> Step:
    if upstream.longest_line_at is None:
        return step
    since, until = _stretch(upstream.longest_line_at)
    try:
        found = dry_run(upstream=upstream.name, changes=step.changes, since=since, until=until)
    except ValidationError:  # nothing ended then, or the settings don't go together: the figures must do
        return step
    return replace(step, brings=f"{step.brings} {_in_words(found)}")


def _stretch(moment: datetime) -> Sequence[datetime]:
    return moment - AROUND, min(moment + AROUND, timezone.now())


def _in_words(found: DryRun) -> str:
    begun = f"{found.since:%d %b %H:%M} to {found.until:%H:%M} replayed"
    today, proposed = found.today, found.proposed
    if today is None or proposed is None:
        return f"{begun}: {miss_in_words(found)}"
    waits = f"19 of 20 wait at most {_minutes(proposed.wait.p95)} in place of {_minutes(today.wait.p95)}"
    starts = f"{proposed.started} calls begin in place of {today.started}"
    taken = "" if found.quota else ", if the provider takes them"
    return f"{begun}: {waits}, {starts}{taken}."


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f} min"
