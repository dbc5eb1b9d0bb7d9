"""The rows of the tables, in words: the same on the terminal and on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ..comparison import Comparison
from ..figures import Figures
from ..ladder import Ladder, Step
from ..spread import Spread

NOTHING = "–"
LADDER_COLUMNS = (
    "Rung", "With", "Quota", "Calls a minute", "Success", "Throttled", "A call", "In flight",
    "In an outage: median end", "under 1 s", "Expected",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: tuple[str, ...]  # one for each policy


def rows(comparison: Comparison) -> Iterator[Row]:
    """The figures of each policy; those of outages only where there was one."""
    figures = [result.figures for result in comparison.results]
    kinds = sorted({kind for each in figures for kind in each.wait_by_kind})
    yield from (_row(label, figures, cell) for label, cell in _ALWAYS)
    for kind in kinds:
        yield _row(f"Wait of “{kind}”, p50 / p95", figures, partial(_kind, kind))
    if comparison.plan.outages:
        yield from (_row(label, figures, cell) for label, cell in _OUTAGE)


def ladder_rows(ladder: Ladder) -> Iterator[tuple[str, ...]]:
    yield from (_step(step) for step in ladder.steps)


def share(value: float | None) -> str:
    """A percentage that says 100 or 0 only where it is exactly that."""
    if value is None:
        return NOTHING
    rounded = f"{value * 100:.1f} %"
    if rounded == "100.0 %":
        return "100 %" if value >= 1 else "99.9 %"
    if rounded == "0.0 %":
        return "0 %" if value == 0 else "< 0.1 %"
    return rounded


def duration(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    if 0 < seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def both(values: Spread | None) -> str:
    if values is None or values.p50 is None:
        return NOTHING
    return f"{duration(values.p50)} / {duration(values.p95)}"


Cell = Callable[[Figures], str]


def _row(label: str, figures: list[Figures], cell: Cell) -> Row:
    return Row(label, tuple(cell(each) for each in figures))


def _number(value: float | None, places: int) -> str:
    return NOTHING if value is None else f"{value:,.{places}f}"


def _kind(kind: str, figures: Figures) -> str:
    return both(figures.wait_by_kind.get(kind))


_ALWAYS: tuple[tuple[str, Cell], ...] = (
    ("Jobs that succeeded", lambda each: share(each.succeeded)),
    ("Calls to the provider", lambda each: f"{each.calls:,}"),
    ("Throttled", lambda each: share(each.throttled)),
    ("Quota used while work waited", lambda each: share(each.quota_used)),
    ("In flight, mean / most", lambda each: f"{each.in_flight_mean:.0f} / {each.in_flight_max}"),
    ("Fairness (Jain’s index)", lambda each: _number(each.jain, 2)),
    ("Whole document, p50 / p95", lambda each: both(each.document)),
    ("Wait of all, p50 / p95", lambda each: both(each.wait)),
)
_OUTAGE: tuple[tuple[str, Cell], ...] = (
    ("Calls made into the outage", lambda each: _number(each.outage.calls if each.outage else None, 0)),
    ("Answered automatically", lambda each: _number(each.outage.stood_in if each.outage else None, 0)),
    ("… ended in under 1 s", lambda each: share(each.outage.ended_at_once if each.outage else None)),
    ("… end, p50 / p95", lambda each: both(each.outage.end_seconds if each.outage else None)),
    ("First answer, p50 / p95", lambda each: both(each.outage.first_answer if each.outage else None)),
)


def _step(step: Step) -> tuple[str, ...]:
    healthy, outage = step.healthy, step.outage.outage
    lengths = healthy.call_seconds
    return (
        step.rung.number,
        step.rung.title,
        f"{step.rung.quota:g}",
        _number(healthy.per_minute, 1),
        share(healthy.succeeded),
        share(healthy.throttled),
        f"{lengths[0]:.0f} to {lengths[1]:.0f} s" if lengths else NOTHING,
        f"{healthy.in_flight_mean:.0f}",
        duration(outage.end_seconds.p50 if outage else None),
        share(outage.ended_at_once if outage else None),
        step.rung.expected,
    )
