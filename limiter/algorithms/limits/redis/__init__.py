"""Limits that all processes share."""

from .store import AsyncRedisLimits, RedisLimits

__all__ = ["AsyncRedisLimits", "RedisLimits"]
