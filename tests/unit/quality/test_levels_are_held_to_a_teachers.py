"""Calibration: a planted bias is gone on held-out papers, and levels that follow chance are withheld."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from feedback.base.agreement import Agreement, Line
from feedback.development.quality.calibration import UnusableTable, calibrated

TEACHER = [1, 2, 3, 4, 2, 3, 4, 1, 3, 2]


def table(folder: Path, provider: Sequence[object], teacher: Sequence[object] = TEACHER) -> Path:
    rows = [
        f"{number},Use of sources,{a},{b}"
        for number, (a, b) in enumerate(zip(teacher, provider, strict=True))
    ]
    path = folder / "levels.csv"
    path.write_text("\n".join(["paper,criterion,teacher,provider", *rows]), encoding="utf-8")
    return path


def only(path: Path) -> Agreement:
    (found,) = calibrated(path)
    return found.of


def said(path: Path) -> str:
    (found,) = calibrated(path)
    return str(found)


def test_a_planted_bias_is_gone_on_papers_that_the_line_never_saw(tmp_path: Path) -> None:
    kind = only(table(tmp_path, [level + 1 for level in TEACHER]))
    assert (kind.agreement, kind.bias) == (0, 1)
    assert (kind.held_out_agreement, kind.held_out_bias) == (1, 0)
    assert kind.line is not None
    assert [kind.line(level + 1, 5) for level in TEACHER] == TEACHER


def test_a_provider_that_uses_half_the_scale_is_stretched(tmp_path: Path) -> None:
    narrow = only(table(tmp_path, [3 if level <= 2 else 4 for level in TEACHER]))
    assert narrow.line is not None
    assert narrow.line.slope > 1.2
    assert abs(narrow.held_out_bias) < abs(narrow.bias)


def test_levels_that_agree_are_left_as_they_are(tmp_path: Path) -> None:
    path = table(tmp_path, TEACHER)
    same = only(path)
    assert (same.line, same.agreement) == (Line(), 1)
    assert said(path).endswith("as they are")


@pytest.mark.parametrize("provider", [[4, 1, 2, 1, 4, 2, 1, 4, 1, 3], [3] * 10])
def test_levels_that_say_nothing_are_withheld(tmp_path: Path, provider: list[int]) -> None:
    path = table(tmp_path, provider)
    assert only(path).line is None
    assert said(path).endswith("withhold")


@pytest.mark.parametrize(
    ("provider", "teacher", "why"),
    [([1, 2], [1, 2], "2 papers; 6 to 12"), (["good"] * 6, [1] * 6, "Line 2"), ([0] * 6, [1] * 6, "Line 2")],
)
def test_a_table_that_cant_be_used_says_why(
    tmp_path: Path, provider: list[object], teacher: list[object], why: str
) -> None:
    with pytest.raises(UnusableTable, match=why):
        only(table(tmp_path, provider, teacher))
    (tmp_path / "levels.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnusableTable, match="columns"):
        only(tmp_path / "levels.csv")
