"""Charts as inline SVG: no script, no fonts, no colours of their own (the page's style names those)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 34
ROW, GAP, LABEL = 13, 14, 96


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    style: str  # a class of the page's style
    values: Sequence[float]  # one for each minute


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time, in minutes, in which something was different."""

    start: float
    end: float
    name: str


@dataclass(frozen=True, slots=True)
class Range:
    """From a median to a 95th percentile."""

    style: str
    low: float
    high: float
    name: str


def line_chart(title: str, lines: Sequence[Line], bands: Sequence[Band] = ()) -> str:
    """Values over minutes, all lines on one scale."""
    minutes = max((len(line.values) for line in lines), default=0)
    top = ticks(max((max(line.values, default=0) for line in lines), default=0))
    along = ticks(max(minutes - 1, 1))
    x, y = _Scale(along[-1], LEFT, WIDTH - RIGHT), _Scale(top[-1], HEIGHT - BOTTOM, TOP)
    svg = _svg(title, HEIGHT)
    for band in bands:
        _band(svg, band, x)
    _grid(svg, x, y, along, top)
    for line in lines:
        points = " ".join(f"{x(minute):.1f},{y(value):.1f}" for minute, value in enumerate(line.values))
        _titled(SubElement(svg, "polyline", {"class": f"line {line.style}"}, points=points), line.name)
    return tostring(svg, encoding="unicode")


def range_chart(title: str, groups: Sequence[tuple[str, Sequence[Range]]]) -> str:
    """For each group a bar from median to 95th percentile for each policy, in minutes."""
    along = ticks(max((each.high for _, ranges in groups for each in ranges), default=0))
    height = TOP + BOTTOM + sum(ROW * len(ranges) + GAP for _, ranges in groups)
    x = _Scale(along[-1], LABEL, WIDTH - RIGHT)
    svg = _svg(title, height)
    for value in along:
        _tick_below(svg, x(value), value, TOP, height - BOTTOM)
    reached: float = TOP + GAP / 2
    for name, ranges in groups:
        _text(svg, LABEL - 10, reached + ROW * len(ranges) / 2 + 4, name, "end")
        for each in ranges:
            _range(svg, each, x, reached + ROW / 2)
            reached += ROW
        reached += GAP
    return tostring(svg, encoding="unicode")


def ticks(highest: float, wanted: int = 5) -> list[float]:
    """Round numbers from 0 to one that is at least the highest."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [index * step for index in range(math.ceil(highest / step - 1e-9) + 1)]


def smooth(values: Sequence[float], over: int = 5) -> list[float]:
    """A running mean, so that counts of single minutes read as a rate."""
    half = over // 2
    windows = (values[max(0, index - half) : index + half + 1] for index in range(len(values)))
    return [sum(window) / len(window) for window in windows]


class _Scale:
    """From a value to a place."""

    def __init__(self, highest: float, start: float, end: float) -> None:
        self._start, self._by = start, (end - start) / highest

    def __call__(self, value: float) -> float:
        return self._start + value * self._by


def _svg(title: str, height: float) -> Element:
    names = {"viewBox": f"0 0 {WIDTH} {height:g}", "role": "img", "aria-label": title}
    return Element("svg", names, xmlns="http://www.w3.org/2000/svg")


def _grid(svg: Element, x: _Scale, y: _Scale, along: list[float], up: list[float]) -> None:
    for value in up:
        _stroke(svg, LEFT, y(value), WIDTH - RIGHT, y(value), "grid")
        _text(svg, LEFT - 8, y(value) + 4, f"{value:,.10g}", "end")
    for value in along:
        _tick_below(svg, x(value), value, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 4)


def _tick_below(svg: Element, x: float, value: float, top: float, bottom: float) -> None:
    _stroke(svg, x, top, x, bottom, "grid")
    _text(svg, x, bottom + 16, f"{value:g}", "middle")


def _band(svg: Element, band: Band, x: _Scale) -> None:
    start, end, height = x(band.start), x(band.end), HEIGHT - TOP - BOTTOM
    box = SubElement(svg, "rect", {"class": "band"}, x=f"{start:.1f}", y=f"{TOP}", height=f"{height}")
    box.set("width", f"{end - start:.1f}")
    _titled(box, band.name)
    _text(svg, start + 6, TOP + 14, band.name, "start")


def _range(svg: Element, each: Range, x: _Scale, y: float) -> None:
    group = SubElement(svg, "g", {"class": each.style})
    _titled(group, f"{each.name}: {each.low:.1f} to {each.high:.1f} min")
    _stroke(group, x(each.low), y, x(each.high), y, "range")
    SubElement(group, "circle", cx=f"{x(each.low):.1f}", cy=f"{y:.1f}", r="4")


def _stroke(svg: Element, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    SubElement(svg, "line", ends | {"class": style})


def _text(svg: Element, x: float, y: float, words: str, anchor: str) -> None:
    SubElement(svg, "text", {"text-anchor": anchor}, x=f"{x:.1f}", y=f"{y:.1f}").text = words


def _titled(element: Element, title: str) -> None:
    SubElement(element, "title").text = title
