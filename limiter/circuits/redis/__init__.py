"""Breakers that all processes share."""

from .store import RedisCircuits

__all__ = ["RedisCircuits"]
