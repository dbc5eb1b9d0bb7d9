"""Charts over time as places in a drawing: the template draws them, and a table beside them says the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from feedback.selectors.operations.trends import Point, Span
from limiter.simulation.report.svg import ticks

WIDTH, HEIGHT = 640, 200  # units of the drawing
LEFT, TOP, BOTTOM = 56, 10, 24
LABELS = 6  # along the time, at most

Value = float | None


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    style: str  # a class of limiter/admin.css
    values: Sequence[Value]
    dashed: bool = False  # so that two lines differ without their colours


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    style: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    style: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Chart:
    key: str
    title: str
    series: Sequence[Series]
    bars: Sequence[Bar]
    lines: Sequence[Line]
    up: Sequence[Tick]
    along: Sequence[Tick]
    rows: Sequence[tuple[str, Sequence[str]]]  # of the table: a moment, and a value of each series
    is_empty: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def charts_of(points: Sequence[Point], span: Span, currency: str) -> list[Chart]:
    per_minute = span.bucket / timedelta(minutes=1)

    def values(read: Callable[[Point], Value]) -> list[Value]:
        return [read(point) for point in points]

    calls = [
        Series(_("done"), "done", values(lambda each: each.done / per_minute)),
        Series(_("throttled"), "throttled", values(lambda each: each.throttled / per_minute)),
        Series(_("failed"), "failed", values(lambda each: each.failed / per_minute)),
    ]
    waits = [
        Series(_("half waited at most"), "done", values(lambda each: _minutes(each.p50))),
        Series(_("19 of 20 at most"), "throttled", values(lambda each: _minutes(each.p95)), dashed=True),
    ]
    tokens = [Series(_("tokens"), "done", values(lambda each: each.tokens / per_minute))]
    spent = [Series(currency, "done", values(lambda each: float(each.spent)))]
    moments = [_moment(point, span) for point in points]
    return [
        chart("calls", _("Calls a minute"), calls, moments, stacked=True),
        chart("waits", _("Wait in line, minutes"), waits, moments),
        chart("tokens", _("Tokens a minute"), tokens, moments, stacked=True),
        chart("spend", _("Spend, %(currency)s") % {"currency": currency}, spent, moments, stacked=True),
    ]


def chart(
    key: str, title: str, series: Sequence[Series], moments: Sequence[str], *, stacked: bool = False
) -> Chart:
    """`stacked`: bars upon each other; else a line for each series."""
    highest = max(_heights(series, stacked), default=0.0)
    up = ticks(highest, 4)
    return Chart(
        key, title, series,
        bars=_bars(series, moments, up[-1]) if stacked else (),
        lines=() if stacked else _lines(series, up[-1]),
        up=[Tick(_y(value, up[-1]), f"{value:,.10g}") for value in up],
        along=_along(moments),
        rows=[(moment, [_as_text(each.values[i]) for each in series]) for i, moment in enumerate(moments)],
        is_empty=highest <= 0,
    )  # fmt: skip


def _heights(series: Sequence[Series], stacked: bool) -> list[float]:
    columns = zip(*(each.values for each in series), strict=True)
    return [(sum if stacked else max)(value or 0.0 for value in column) for column in columns]


def _bars(series: Sequence[Series], moments: Sequence[str], top: float) -> list[Bar]:
    step = (WIDTH - LEFT) / max(1, len(moments))
    found = []
    for index, moment in enumerate(moments):
        below = 0.0
        for each in series:
            value = each.values[index] or 0.0
            if value:
                y, height = _y(below + value, top), _y(below, top) - _y(below + value, top)
                title = f"{moment}: {_as_text(value)} {each.name}"
                x = round(LEFT + index * step + step * 0.1, 1)
                found.append(Bar(x, y, round(step * 0.8, 1), round(height, 1), each.style, title))
                below += value
    return found


def _lines(series: Sequence[Series], top: float) -> list[Line]:
    """A stretch without values breaks a line."""
    drawn = []
    for each in series:
        step = (WIDTH - LEFT) / max(1, len(each.values))
        path, joined = [], False
        for index, value in enumerate(each.values):
            if value is not None:
                x = round(LEFT + (index + 0.5) * step, 1)
                path.append(f"{'L' if joined else 'M'}{x} {_y(value, top)}" + ("" if joined else "h.1"))
            joined = value is not None
        drawn.append(Line("".join(path), each.style, each.dashed))
    return drawn


def _along(moments: Sequence[str]) -> list[Tick]:
    step = (WIDTH - LEFT) / max(1, len(moments))
    every = max(1, -(-len(moments) // LABELS))
    return [
        Tick(round(LEFT + (index + 0.5) * step, 1), moment)
        for index, moment in enumerate(moments)
        if index % every == every // 2
    ]


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _moment(point: Point, span: Span) -> str:
    return date_format(timezone.localtime(point.at), "D H:i" if span is Span.WEEK else "H:i")


def _minutes(length: timedelta | None) -> Value:
    return None if length is None else length.total_seconds() / 60


def _as_text(value: Value) -> str:
    return "–" if value is None else f"{value:,.4g}"
