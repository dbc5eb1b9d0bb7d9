"""What a flood by one token does to another's requests, with the bounds of the shipped nginx and without.

`PYTHONPATH=. python benchmarks/flood.py [seconds] [processes]`. The real portal behind the real nginx. One
program asks five times a second; another asks without a pause over 16 connections. Both ask for
`GET /api/v1/me`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import repeat
from threading import Thread

from _front import Asked, Request, crowd, front, tokens
from _system import servers

FLOODING, EVERY = 16, 0.2


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with servers():
        calm, flooding = tokens(2)
        print(f"{'the other program':34}{'answered':>10}{'p50 ms':>9}{'p95 ms':>9}{'x alone':>9}   the flood")
        alone = 0.0
        for name, bounds, flood in (
            ("alone", True, False), ("beside the flood, shipped nginx", True, True),
            ("beside the flood, no bounds", False, True),
        ):  # fmt: skip
            other, flooder = measured(calm, flooding, seconds, processes, bounds=bounds, flood=flood)
            alone = alone or other.quantile(0.95)
            ratio = other.quantile(0.95) / alone
            answered = f"{len(other.times)} of {other.answers.total()}"
            row = f"{answered:>10}{other.quantile(0.5):>9.0f}{other.quantile(0.95):>9.0f}{ratio:>9.1f}"
            print(f"{name:34}{row}   {words(flooder)}", flush=True)


def measured(
    calm: str, flooding: str, seconds: float, processes: int, *, bounds: bool, flood: bool
) -> tuple[Asked, Asked]:
    """What both saw; the flood comes from another address."""
    seen = Asked()
    with front(processes, str if bounds else without_bounds) as nginx:
        crowd(nginx, [asking(calm)], 3.0, every=EVERY)  # the first ones load the code
        asks: list[Iterator[Request]] = [asking(flooding) for _ in range(FLOODING if flood else 0)]
        thread = Thread(target=lambda: merge(seen, crowd(nginx, asks, seconds, first=10)))
        thread.start()
        other = crowd(nginx, [asking(calm)], seconds, every=EVERY)
        thread.join()
    return other, seen


def merge(seen: Asked, found: Asked) -> None:
    seen.times, seen.answers, seen.seconds = found.times, found.answers, found.seconds


def asking(token: str) -> Iterator[Request]:
    return repeat(Request("GET", "/api/v1/me", token))


def without_bounds(text: str) -> str:
    return re.sub(r"^\s*limit_(req|conn) .*$", "", text, flags=re.MULTILINE)


def words(flood: Asked) -> str:
    return "; ".join(f"{count} x {status}" for status, count in sorted(flood.answers.items())) or "-"


if __name__ == "__main__":
    main()
