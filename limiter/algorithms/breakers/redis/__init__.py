"""Breakers that all processes share."""

from .store import AsyncRedisBreakers, RedisBreakers

__all__ = ["AsyncRedisBreakers", "RedisBreakers"]
