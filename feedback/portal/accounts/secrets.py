"""Secrets of second factors are sealed at rest."""

from __future__ import annotations

from feedback.base import sealing
from feedback.base.sealing import Unreadable

__all__ = ["Unreadable", "seal", "unseal"]

PURPOSE = b"marginalia: second factors"


def seal(secret: str) -> str:
    return sealing.seal(secret, PURPOSE)


def unseal(sealed: str) -> str:
    """Raises Unreadable."""
    return sealing.unseal(sealed, PURPOSE)
