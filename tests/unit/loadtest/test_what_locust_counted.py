from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from feedback.development.loadtest.report import Counted, read


def counted(tmp_path: Path, *rows: dict[str, Any]) -> Counted:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(rows))
    return read(file, seconds=10)


def row(name: str, times: dict[str, int], *, method: str = "GET", failures: int = 0) -> dict[str, Any]:
    return {
        "method": method, "name": name, "num_requests": sum(times.values()), "num_failures": failures,
        "response_times": times,
    }  # fmt: skip


def test_figures_are_values_that_occurred(tmp_path: Path) -> None:
    found = counted(tmp_path, row("/", {"100": 18, "250": 1, "9000": 1}))
    (page,) = found.requests
    assert (page.count, page.p50, page.p95, page.worst) == (20, 100, 250, 9000)
    assert found.per_second == 2.0


def test_the_total_is_of_all_requests_and_of_nothing_else(tmp_path: Path) -> None:
    found = counted(
        tmp_path,
        row("/", {"10": 3}),
        row("/submit/", {"1000": 1}, method="POST", failures=1),
        row("feedback complete", {"30000": 2}, method="STUDENT"),
    )
    assert (found.total.count, found.total.failures, found.total.p50, found.total.worst) == (4, 1, 10, 1000)
    assert [entry.name for entry in found.felt] == ["feedback complete"]


def test_nothing_counted_is_no_figure(tmp_path: Path) -> None:
    found = counted(tmp_path)
    assert (found.total.count, found.total.p50, found.total.p95) == (0, None, None)
