"""Recorded traffic: what passed an upstream, from the app that keeps the jobs (setting LIMITER_TRAFFIC)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from limiter.gate.model import Outcome, Usage


@dataclass(frozen=True, slots=True)
class Passage:
    """One job's way. None: it has not come so far."""

    job: str
    flow: str
    group: str
    document: str
    offered: datetime
    started: datetime | None
    seconds: float | None  # that its last call took
    outcome: Outcome | None
    tokens: int  # held
    usage: Usage


class Traffic(Protocol):
    def passages(self, upstream: str, since: datetime, until: datetime) -> Iterable[Passage]:
        """Every job that waited for this upstream or began on it within this time."""

    def throttled(self, upstream: str, since: datetime, until: datetime) -> int:
        """How many calls the provider throttled."""


def get_traffic() -> Traffic:
    """The traffic that the settings choose. Raises ImproperlyConfigured where they choose none."""
    path = getattr(settings, "LIMITER_TRAFFIC", None)
    if not path:
        raise ImproperlyConfigured("LIMITER_TRAFFIC is not set: expected the dotted path of a Traffic.")
    return cast(Callable[[], Traffic], import_string(path))()
