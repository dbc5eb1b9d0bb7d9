"""Breakers that all processes share."""

from .store import RedisBreakers

__all__ = ["RedisBreakers"]
