"""What a limit counts by itself: its key and its cost, given or computed from the arguments of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def key_of(
    name: str, key: object | Callable[..., object], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> str:
    return f"{name}:{_distinct(key(*args, **kwargs) if callable(key) else key)}"


def _distinct(key: object) -> str:
    """A text is itself. Of another type it has that type with it: 1, "1" and True are three keys."""
    if isinstance(key, str) and not key.startswith("\0"):
        return str(key)
    return f"\0{'str' if isinstance(key, str) else type(key).__qualname__}:{key}"
