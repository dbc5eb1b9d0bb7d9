"""The Flesch-Kincaid grade (Kincaid et al. 1975), with syllables from pyphen's dictionary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pyphen import Pyphen

from .prose import Paragraph, Prose, Sentence

_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^aeiouyl]e|[^aeiouytd]ed|[^aeiouyscxzgh]es)$")
_HYPHENATION = Pyphen(lang="en_US")
MAX_WORD = 40  # longer strings are not words


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """Hyphenation points underestimate (i-de-a has one) and vowel groups miss hiatus: take the larger."""
    word = word[:MAX_WORD]
    groups = len(_VOWELS.findall(word)) - bool(_SILENT.search(word))
    return max(1, groups, len(_HYPHENATION.positions(word)) + 1)


def grade(sentences: Sequence[Sentence]) -> float:
    """Years of schooling at which the sentences read easily. A rough guide: never show it as a figure."""
    words = [word.text for sentence in sentences for word in sentence.words]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def long_words(prose: Prose, paragraph: Paragraph, *, most: int) -> list[str]:
    """The words of most syllables in a paragraph that are the writer's own and no names."""
    words = {
        word.text
        for sentence in paragraph.sentences
        for word in sentence.words
        if prose.text[word.start].islower() and prose.is_own(word) and len(word.text) <= MAX_WORD
    }
    ranked = sorted(
        (word for word in words if syllables(word) >= 4), key=lambda word: (-syllables(word), word)
    )
    return ranked[:most]
