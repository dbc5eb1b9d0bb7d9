"""Retrying until a store answers, for results that must be stored however long that takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from ..refusals import is_away

logger = logging.getLogger("limiter.rq")

Answer = TypeVar("Answer")

FIRST, LONGEST = 0.1, 5.0  # seconds between two attempts


def retry_until_answered(
    act: Callable[[], Answer], what: str, waiting: Callable[[], object] | None = None
) -> Answer:
    """What `act` returns, tried again after growing pauses while its store refuses for a while.

    `what` says for the log what waits, once when it begins to and once when it goes on; `waiting` is called
    at each pause.
    """
    pause, begun = FIRST, time.monotonic()
    while True:
        try:
            answer = act()
        except Exception as error:
            if not is_away(error):
                raise
            if pause == FIRST:
                logger.warning("%s must wait: %s", what, error)
        else:
            if pause > FIRST:
                logger.info("%s went on after %.1f s", what, time.monotonic() - begun)
            return answer
        if waiting is not None:
            waiting()
        time.sleep(pause)
        pause = min(pause * 2, LONGEST)
