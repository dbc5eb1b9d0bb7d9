"""Django's cache in Postgres, which every process of a site shares and every profile has.

It holds little and for a short time: codes of second factors and identity tokens that were used.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache


class SharedCache(DatabaseCache):
    """Django's own, but what is over goes whenever something is kept: Django leaves it lying until the table
    is full."""

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        _sweep()
        return bool(super().add(key, value, timeout, version))

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        _sweep()
        super().set(key, value, timeout, version)


def _sweep() -> None:
    from feedback.models import CacheEntry  # a cache is opened before the models are there

    CacheEntry.objects.over().delete()
