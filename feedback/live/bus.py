from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.conf import settings

logger = logging.getLogger(__name__)

CAP = 2000  # events kept for a document
EXPIRE_SECONDS = 2 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: its id grows within a document and is what Last-Event-ID says."""

    id: str
    event: str
    data: Mapping[str, Any]

    @property
    def order(self) -> tuple[int, int]:
        return order_of(self.id)


def order_of(entry_id: str) -> tuple[int, int]:
    """Stream ids compare by time, then by number. Raises ValueError for anything else."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


class Bus(Protocol):
    def append(self, document: str, event: str, data: Mapping[str, Any]) -> None: ...

    def entries(self, document: str) -> Sequence[Entry]:
        """All that is kept for a document, oldest first."""


@cache
def bus() -> Bus:
    """The bus of this process: in memory in solo, on Redis elsewhere."""
    if settings.LIMITER_BACKEND == "memory":
        from .memory import MemoryBus

        return MemoryBus()
    from .streams import StreamBus

    return StreamBus(settings.REDIS_URL)


def publish(document: str, event: str, data: Mapping[str, Any]) -> None:
    """Tell open pages. Never fails: a page that hears nothing polls."""
    try:
        bus().append(document, event, data)
    except Exception as error:
        logger.debug("live event %s of %s was lost: %s", event, document, error)


def dumps(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
