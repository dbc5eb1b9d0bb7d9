"""What limits there are, and where they are kept: in Django's settings, or said by `limiter.configure`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

try:
    from django.core.exceptions import ImproperlyConfigured
except ImportError:  # without Django

    class ImproperlyConfigured(Exception):  # type: ignore[no-redef]
        """The limits are configured somehow wrong."""


if TYPE_CHECKING:
    import redis

__all__ = ["Configured", "ImproperlyConfigured", "configure", "entries", "in_code", "on_change", "setting"]


@dataclass(frozen=True, slots=True)
class Configured:
    """What a program without Django's settings has said."""

    connection: redis.Redis | None  # None: kept in this process's memory
    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by the name of the setting


_configured: Configured | None = None
_listeners: list[Callable[[], object]] = []


def configure(
    *,
    redis: redis.Redis | str | None,
    limits: Mapping[str, Any] | None = None,
    breakers: Mapping[str, Any] | None = None,
    concurrency: Mapping[str, Any] | None = None,
) -> None:
    """Say in code what Django's settings say elsewhere: LIMITS, BREAKERS, CONCURRENCY, and the Redis.

    `redis` is an address (also of Sentinels) or a client; None keeps everything in this process. Called again
    it takes the place of what was said before. Raises ImproperlyConfigured for an entry that could never
    work.
    """
    global _configured
    from .settings import read_breaker, read_concurrency, read_limit

    given = {"LIMITS": limits or {}, "BREAKERS": breakers or {}, "CONCURRENCY": concurrency or {}}
    readers = {"LIMITS": read_limit, "BREAKERS": read_breaker, "CONCURRENCY": read_concurrency}
    for name, read in readers.items():
        for key, entry in given[name].items():
            read(key, entry)
    _configured = Configured(_connected(redis), given)
    changed()


def in_code() -> Configured | None:
    """What `configure` was given; None: Django's settings hold."""
    return _configured


def entries(setting_name: str) -> Mapping[str, Any]:
    if _configured is not None:
        return _configured.entries[setting_name]
    return setting(setting_name, None) or {}


def setting(name: str, default: Any) -> Any:
    """A setting of Django's, or the default where `configure` was called."""
    if _configured is not None:
        return default
    try:
        from django.conf import settings
    except ImportError:
        raise ImproperlyConfigured(
            "Nothing is configured: call limiter.configure(redis=..., limits=...) first."
        ) from None
    return getattr(settings, name, default)


def on_change(listener: Callable[[], object]) -> None:
    """Call it when something else is configured from now on."""
    _listeners.append(listener)


def changed() -> None:
    for listener in _listeners:
        listener()


def _connected(given: redis.Redis | str | None) -> redis.Redis | None:
    if not isinstance(given, str):
        return given
    from limiter.base.addresses import connected

    return connected(given)
