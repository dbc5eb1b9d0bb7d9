"""Where limits by name are kept: the stores of a process, those of an event loop, and their connections."""

from __future__ import annotations

from .process import Stores, in_memory, in_redis, stores, use_stores

__all__ = ["Stores", "in_memory", "in_redis", "stores", "use_stores"]
