"""The graphs of docs/hosts.md: pictures of what was counted, which need nothing from elsewhere."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from tests.hosts.graph import calls_by_workers, seconds_of_a_failover

SVG = "{http://www.w3.org/2000/svg}"


def bars(picture: str) -> list[float]:
    """Their heights."""
    found = ElementTree.fromstring(picture).iter(f"{SVG}rect")  # noqa: S314 - our own
    return [float(bar.attrib["height"]) for bar in found]


def test_each_second_with_calls_is_a_bar_as_high_as_their_number() -> None:
    picture = seconds_of_a_failover([2, 0, 4], {"the cable is pulled": 1.2, "another leads": 2.0})
    low, high = bars(picture)
    assert high == 2 * low
    assert "the cable is pulled" in picture


def test_the_quota_stands_above_the_workers() -> None:
    picture = calls_by_workers([60, 120, 180, 238], 240)
    heights = bars(picture)
    assert heights == sorted(heights)
    assert "the quota, 240" in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_a_trial_without_a_call_is_an_empty_picture() -> None:
    assert bars(seconds_of_a_failover([], {})) == []
