"""The report of a load test: Locust's counts as figures."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STUDENT = "STUDENT"  # what deploy/loadtest counts beside requests: what a student feels


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of request, or one thing that students felt. Milliseconds."""

    method: str
    name: str
    count: int
    failures: int
    p50: int | None
    p95: int | None
    worst: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    requests: tuple[Entry, ...]  # by name
    felt: tuple[Entry, ...]
    total: Entry
    per_second: float


def read(path: Path, *, seconds: float) -> Counted:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    requests = [row for row in rows if row["method"] != STUDENT]
    times: Counter[int] = Counter()
    for row in requests:
        times.update(_times(row))
    count, failures = (sum(row[name] for row in requests) for name in ("num_requests", "num_failures"))
    total = Entry("", "all requests", count, failures, *_figures(times))
    return Counted(
        requests=tuple(_entries(requests)),
        felt=tuple(_entries(row for row in rows if row["method"] == STUDENT)),
        total=total,
        per_second=count / seconds,
    )


def _entries(rows: Iterable[dict[str, Any]]) -> list[Entry]:
    entries = [
        Entry(row["method"], row["name"], row["num_requests"], row["num_failures"], *_figures(_times(row)))
        for row in rows
    ]
    return sorted(entries, key=lambda entry: (entry.name, entry.method))


def _times(row: dict[str, Any]) -> Counter[int]:
    """How often each time was met; Locust rounds longer ones to two digits."""
    return Counter({int(float(time)): count for time, count in row["response_times"].items()})


def _figures(times: Counter[int]) -> tuple[int | None, int | None, int | None]:
    if not times:
        return None, None, None
    return _rank(times, 0.5), _rank(times, 0.95), max(times)


def _rank(times: Counter[int], share: float) -> int:
    left = math.ceil(share * times.total())
    for time in sorted(times):
        left -= times[time]
        if left <= 0:
            return time
    return max(times)
