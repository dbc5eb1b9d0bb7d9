"""A chart's places: bars upon each other, lines that break where nothing was, and the same in a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feedback.admin.operations.charts import HEIGHT, WIDTH, Chart, charts_of
from feedback.selectors.operations.trends import Point, Span

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def drawn(*points: Point) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts_of(points, Span.HOUR, "USD")}


def at(number: int) -> datetime:
    return START + number * Span.HOUR.bucket


def test_bars_stand_upon_each_other_and_inside_the_drawing() -> None:
    chart = drawn(Point(at(0), done=8, throttled=4), Point(at(1)))["calls"]
    done, throttled = chart.bars
    assert abs(throttled.y + throttled.height - done.y) < 0.2
    assert abs(done.height - 2 * throttled.height) < 0.3
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.y >= 0 for bar in chart.bars)
    assert done.y + done.height <= HEIGHT


def test_calls_are_a_minute_whatever_the_stretch() -> None:
    chart = drawn(Point(at(0), done=8))["calls"]
    assert chart.rows[0][1] == ["4", "0", "0"]


def test_a_stretch_without_calls_breaks_the_line_of_waits() -> None:
    wait = timedelta(minutes=2)
    points = [Point(at(0), p50=wait, p95=wait), Point(at(1)), Point(at(2), p50=wait, p95=wait)]
    half, _most = drawn(*points)["waits"].lines
    assert half.path.count("M") == 2
    assert drawn(*points)["waits"].rows[1][1] == ["–", "–"]


def test_what_has_nothing_to_show_says_so() -> None:
    assert all(chart.is_empty for chart in drawn(Point(at(0)), Point(at(1))).values())
