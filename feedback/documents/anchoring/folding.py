"""A text as it reads: without case, typographic variants, runs of white space and what cannot be seen.

Every folded character knows the stretch of the text that it stands for.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache

_VARIANTS = str.maketrans({
    **dict.fromkeys("‘’‚‛′`´ʼ\"“”„‟″«»‹›", "'"),  # models change one kind of quotation mark into another
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("*_", ""),  # emphasis that a model adds
})  # fmt: skip
_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Folded:
    """A folded text; its character i stands for original[starts[i]:ends[i]]."""

    text: str
    starts: array[int]
    ends: array[int]

    @cached_property
    def words(self) -> list[tuple[int, int]]:
        """Where each word begins and ends in the folded text."""
        return [match.span() for match in _WORD.finditer(self.text)]

    @cached_property
    def spelled(self) -> list[str]:
        """Each word."""
        return [self.text[start:end] for start, end in self.words]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.spelled)

    def place(self, offset: int) -> int:
        """Where an offset of the original falls in the folded text."""
        return bisect_left(self.starts, max(0, offset))


def fold(text: str) -> Folded:
    """Fold a text, in one pass."""
    folded: list[str] = []
    starts, ends = array("l"), array("l")
    for offset, character in enumerate(text):
        is_raised = character in _RAISED
        if is_raised and not (offset and text[offset - 1] in _RAISED):
            folded.append("^")  # 10⁵ reads as 10^5, never as 105
            starts.append(offset)
            ends.append(offset + 1)
        for piece in _fold_character(character):
            if piece == " " and folded and folded[-1] == " ":
                ends[-1] = offset + 1
                continue
            folded.append(piece)
            starts.append(offset)
            ends.append(offset + 1)
    return Folded("".join(folded), starts, ends)


@lru_cache(maxsize=4)  # a section's comments are anchored one after another
def folded(text: str) -> Folded:
    """The folded text, remembered for the texts in work."""
    return fold(text)


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    plain = unicodedata.normalize("NFKD", character.translate(_VARIANTS)).casefold()
    return unicodedata.normalize("NFKD", plain).translate(_VARIANTS)
