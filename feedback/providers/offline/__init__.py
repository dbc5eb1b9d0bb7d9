"""Feedback by rules: what a newcomer gets before any model is configured."""

from __future__ import annotations

from .provider import OfflineProvider

__all__ = ["OfflineProvider"]
