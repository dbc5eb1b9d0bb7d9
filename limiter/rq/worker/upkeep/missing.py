"""Jobs that the ledger has and RQ lost: put in line again by any worker, whatever else is dead."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from ....gate import GateError
from ....jobs.ledger import Requeuing, get_ledger

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger("limiter.rq")

LOOK_SECONDS = 2.0


def look_seconds() -> float:
    """Never at the same moment as all other workers, for long."""
    return LOOK_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


class Missing:
    """What a worker asks of its ledger; one that shares Redis's fate knows of nothing."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def look(self) -> None:
        ledger = get_ledger(self._connection)
        if not isinstance(ledger, Requeuing):
            return
        try:
            if found := ledger.requeue_missing():
                logger.warning("%d jobs that RQ had lost are back in line", found)
        except (RedisError, GateError, DatabaseError) as error:
            logger.debug("jobs that RQ may have lost are looked for at the next turn: %s", error)
