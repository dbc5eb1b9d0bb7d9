"""The bus of this process; what goes over it is never worth failing for."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings

from .entries import Bus
from .memory import MemoryBus
from .streams import StreamBus

logger = logging.getLogger(__name__)


@cache
def bus() -> Bus:
    """The bus of this process: in memory in solo, on Redis elsewhere."""
    if settings.LIMITER_BACKEND == "memory":
        return MemoryBus()
    return StreamBus(settings.REDIS_URL)


def publish(document: str, event: str, data: Mapping[str, Any]) -> None:
    """Tell open pages. Never fails: a page that hears nothing polls."""
    try:
        bus().append(document, event, data)
    except Exception as error:
        logger.debug("live event %s of %s was lost: %s", event, document, error)


def note(document: str, text: str) -> None:
    """Keep a note. Never fails: what is not kept is not compared with."""
    try:
        bus().note(document, text)
    except Exception as error:
        logger.debug("a note on %s was lost: %s", document, error)


def noted(document: str) -> str:
    """The note; empty where there is none, or Redis is away."""
    try:
        return bus().noted(document)
    except Exception as error:
        logger.debug("the note on %s can't be read: %s", document, error)
        return ""


def forget(document: str) -> None:
    """Drop what open pages heard. Never fails: it expires by itself."""
    try:
        bus().forget(document)
    except Exception as error:
        logger.debug("live events of %s stay until they expire: %s", document, error)
