"""Words as they are compared: runs of letters or of figures, whatever their case and form."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+|\d+")
_COMPOUND = re.compile(r"([^\W\d_]+)[-\u00ad\u2010\u2011]\s*([^\W\d_]+)")


def words(text: str) -> Counter[str]:
    """How often each word stands in a text."""
    return Counter(_WORD.findall(_folded(text)))


def joined(text: str) -> dict[str, tuple[str, str]]:
    """The compounds that are written with a hyphen, by what they are without it."""
    return {a + b: (a, b) for a, b in _COMPOUND.findall(_folded(text))}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def composed(word: str, parts: Counter[str]) -> list[str]:
    """Parts that make up a word one after the other, or none; the longest first."""
    if not word:
        return []
    for size in range(len(word), 0, -1):
        part = word[:size]
        if parts[part] > 0:
            parts[part] -= 1
            rest = composed(word[size:], parts)
            if rest or size == len(word):
                parts[part] += 1
                return [part, *rest]
            parts[part] += 1
    return []
