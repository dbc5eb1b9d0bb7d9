"""The gate in Redis: one Lua script for each operation, atomic across every worker on every machine."""

from .gate import RedisGate, mark_asleep

__all__ = ["RedisGate", "mark_asleep"]
