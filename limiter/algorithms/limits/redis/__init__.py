"""Limits that all processes share."""

from .store import RedisLimits

__all__ = ["RedisLimits"]
