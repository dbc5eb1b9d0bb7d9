"""Settings of an upstream that another app keeps: what its provider is, and how it is asked.

The limiter passes work on and reads nothing of where it goes. settings.LIMITER_COMPANION names the module
that does, so that one command changes all that an operator calls the upstream's settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings


class Companion(Protocol):
    """What LIMITER_COMPANION's module has."""

    SETTINGS: tuple[str, ...]

    def change_endpoint(
        self, *, upstream: str, changes: Mapping[str, Any], author: str, reason: str
    ) -> object:
        """Change some of SETTINGS. Raises ValidationError with a sentence at the field."""

    def values_of(self, upstream: str) -> Mapping[str, Any]:
        """Each of SETTINGS as it is now."""

    def uses_of(self, upstream: str) -> Sequence[str]:
        """What stands in the way of deleting it, as sentences without their end."""

    def admin_url(self, upstream: str) -> str:
        """Where an operator changes them."""


def companion() -> Companion | None:
    path = getattr(settings, "LIMITER_COMPANION", "")
    return cast(Companion, import_module(path)) if path else None


def companion_settings() -> tuple[str, ...]:
    found = companion()
    return found.SETTINGS if found else ()
