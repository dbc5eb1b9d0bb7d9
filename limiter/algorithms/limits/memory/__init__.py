"""Limits in one process, and the reference that the scripts are tested against."""

from .store import MemoryLimits

__all__ = ["MemoryLimits"]
