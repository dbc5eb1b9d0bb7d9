from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from limiter.simulation.report.svg import Band, Line, Range, line_chart, range_chart, smooth, ticks

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("highest", "expected"),
    [(0, [0, 1]), (1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (97, [0, 20, 40, 60, 80, 100]), (30, [0, 10, 20, 30])],
)
def test_ticks_are_round_and_reach_the_highest_value(highest: float, expected: list[float]) -> None:
    assert ticks(highest) == pytest.approx(expected)


def test_a_line_has_a_point_for_each_minute_and_the_highest_is_on_top() -> None:
    svg = fromstring(line_chart("Waiting", [Line("Fair", "fair", [0, 5, 10])]))  # noqa: S314  # our own
    (line,) = svg.findall(f"{SVG}polyline")
    heights = [float(point.split(",")[1]) for point in line.attrib["points"].split()]
    assert len(heights) == 3
    assert heights[0] > heights[1] > heights[2]


def test_what_has_a_name_says_it_and_is_escaped() -> None:
    chart = line_chart("A & B", [Line("<b>", "fair", [1, 2])], [Band(0, 1, "provider down")])
    svg = fromstring(chart)  # noqa: S314  # our own
    assert svg.attrib["aria-label"] == "A & B"
    assert {title.text for title in svg.iter(f"{SVG}title")} == {"<b>", "provider down"}


def test_a_range_reaches_from_its_median_to_its_95th_percentile() -> None:
    chart = range_chart("Waits", [("short", [Range("fair", 10.0, 20.0, "Fair")])])
    svg = fromstring(chart)  # noqa: S314  # our own
    (bar,) = [line for line in svg.iter(f"{SVG}line") if line.attrib["class"] == "range"]
    (dot,) = svg.iter(f"{SVG}circle")
    assert float(bar.attrib["x1"]) == float(dot.attrib["cx"]) < float(bar.attrib["x2"])


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    assert "<svg" in line_chart("Nothing", [])
    assert "<svg" in range_chart("Nothing", [])


def test_smoothing_keeps_what_is_even_and_spreads_what_is_not() -> None:
    assert smooth([2, 2, 2, 2]) == [2, 2, 2, 2]
    assert smooth([0, 0, 5, 0, 0]) == pytest.approx([5 / 3, 5 / 4, 1, 5 / 4, 5 / 3])
