"""Retrying until a store answers, for results that must be stored however long that takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ..gate.refusals import is_away, is_misconfigured, must_write

if TYPE_CHECKING:
    import redis

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


def until_it_takes_writes(connection: redis.Redis, what: str) -> None:
    """Wait for a Redis that is away or refuses to write; a wrong password ends the start at once."""
    retry_until_answered(partial(_must_write, connection), what)


def _must_write(connection: redis.Redis) -> None:
    try:
        must_write(connection)
    except Exception as error:
        if is_misconfigured(error):
            raise Misconfigured(str(error)) from error
        raise


class Misconfigured(Exception):
    """Redis knows neither the password nor the account in the settings."""
