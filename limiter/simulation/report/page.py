"""One self-contained page: tables, charts, nothing fetched, no script."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Template
from django.utils.safestring import SafeString, mark_safe

from ..comparison import Comparison, Result
from ..ladder import Ladder
from ..law import in_words, slots_for
from .rows import LADDER_COLUMNS, ladder_rows, rows
from .svg import Band, Line, Range, line_chart, range_chart, smooth

MINUTE = 60.0


def as_page(comparisons: Sequence[Comparison], ladder: Ladder | None = None) -> str:
    rates = sorted({30.0, 80.0, *(comparison.limits.rate for comparison in comparisons)})
    context = {
        "comparisons": [_comparison(comparison) for comparison in comparisons],
        "ladder": ladder and {"columns": LADDER_COLUMNS, "rows": list(ladder_rows(ladder)), "of": ladder},
        "law": [in_words(slots_for(rate)) for rate in rates],
    }
    return _template().render(Context(context))


@cache
def _template() -> Template:
    engine = Engine(dirs=[str(Path(__file__).parent)])
    return engine.get_template("page.html")


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "of": comparison,
        "policies": [result.policy for result in comparison.results],
        "rows": list(rows(comparison)),
        "charts": _charts(comparison),
    }


def _charts(comparison: Comparison) -> list[tuple[str, SafeString]]:
    """Captions and charts. What they are made of is escaped by the XML library that writes them."""
    results, bands = comparison.results, _bands(comparison)
    charts = [
        ("Sections that wait", line_chart("Sections that wait, by minute", _waiting(results), bands)),
        ("Calls taken, a minute", line_chart("Calls taken a minute", _taken(results), bands)),
        ("Calls throttled, a minute", line_chart("Calls throttled a minute", _throttled(results), bands)),
        ("Calls in flight", line_chart("Calls in flight, by minute", _in_flight(results), bands)),
        ("Wait in minutes by kind of student: median to 95th percentile", _waits(results)),
    ]
    return [(caption, mark_safe(chart)) for caption, chart in charts]  # noqa: S308  # see the docstring


def _waiting(results: Sequence[Result]) -> list[Line]:
    return [Line(each.policy.title, each.policy.name, each.series.waiting) for each in results]


def _in_flight(results: Sequence[Result]) -> list[Line]:
    return [Line(each.policy.title, each.policy.name, each.series.in_flight) for each in results]


def _taken(results: Sequence[Result]) -> list[Line]:
    return [Line(each.policy.title, each.policy.name, smooth(each.series.started)) for each in results]


def _throttled(results: Sequence[Result]) -> list[Line]:
    return [Line(each.policy.title, each.policy.name, smooth(each.series.throttled)) for each in results]


def _waits(results: Sequence[Result]) -> str:
    kinds = sorted({kind for each in results for kind in each.figures.wait_by_kind})
    groups = [(kind, [each for result in results for each in _range(result, kind)]) for kind in kinds]
    return range_chart("Waits by kind of student", groups)


def _range(result: Result, kind: str) -> list[Range]:
    wait = result.figures.wait_by_kind.get(kind)
    if wait is None or wait.p50 is None or wait.p95 is None:
        return []
    return [Range(result.policy.name, wait.p50 / MINUTE, wait.p95 / MINUTE, result.policy.title)]


def _bands(comparison: Comparison) -> list[Band]:
    plan = comparison.plan
    bands = [Band(each.start / MINUTE, each.end / MINUTE, "provider down") for each in plan.outages]
    for quota, following in pairwise(plan.quotas):
        if quota.per_minute < plan.quotas[0].per_minute:
            name = f"quota {quota.per_minute:g} a minute"
            bands.append(Band(quota.since / MINUTE, following.since / MINUTE, name))
    return bands
