"""Word lists, one module for each use. Data only: what they mean is said by the rules that read them."""

from __future__ import annotations


def words(listed: str) -> frozenset[str]:
    """A set of words written as running text."""
    return frozenset(listed.split())
