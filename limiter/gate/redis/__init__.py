"""The gate in Redis: a function of the library for each operation, atomic across all workers everywhere."""

from .gate import RedisGate, mark_asleep

__all__ = ["RedisGate", "mark_asleep"]
