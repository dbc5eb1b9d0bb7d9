"""Trying until the store answers: what was done must be told, however long that takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

FIRST, LONGEST = 0.1, 5.0  # seconds between two attempts


def until_answered(
    act: Callable[[], Answer], away: tuple[type[Exception], ...], tell: Callable[[float, Exception], None]
) -> Answer:
    """What `act` returns, tried again after growing pauses while it raises one of `away`.

    `tell` hears of each pause, in seconds, and of its reason.
    """
    pause = FIRST
    while True:
        try:
            return act()
        except away as error:
            tell(pause, error)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST)
