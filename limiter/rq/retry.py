"""Retrying until a store answers, for results that must be stored however long that takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

FIRST, LONGEST = 0.1, 5.0  # seconds between two attempts


def retry_until_answered(
    act: Callable[[], Answer], away: tuple[type[Exception], ...], report: Callable[[float, Exception], None]
) -> Answer:
    """What `act` returns, tried again after growing pauses while it raises one of `away`.

    `report` is called with each pause, in seconds, and its reason.
    """
    pause = FIRST
    while True:
        try:
            return act()
        except away as error:
            report(pause, error)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST)
