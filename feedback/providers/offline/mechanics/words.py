"""Word lists with frequencies (pyspellchecker's, MIT): which words there are, and which one was meant."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from ..lexicon.spelling import BRITISH_AMERICAN

_LETTERS = {"en": "abcdefghijklmnopqrstuvwxyz", "de": "abcdefghijklmnopqrstuvwxyzäöüß"}
COMMON = 1000  # times: what a writer is likely to have meant
RARE = 51  # times in the list's corpus: 50 stands for a word that it never met
_SURE = 40.0  # times as frequent as the next: the correction is offered

# contractions typed without their apostrophe that are no other word
WITHOUT_APOSTROPHE = {
    contraction.replace("'", ""): contraction
    for contraction in (
        "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "hasn't", "haven't", "hadn't",
        "couldn't", "wouldn't", "shouldn't", "you're", "they're", "they've", "that's", "there's",
    )
}  # fmt: skip


@lru_cache(maxsize=2)
def frequencies(language: str) -> dict[str, int]:
    """The list of a language. It is read once and stays, some 30 MB."""
    packed = files("spellchecker").joinpath("resources", f"{language}.json.gz").read_bytes()
    return dict(json.loads(gzip.decompress(packed)))


def frequency(word: str, language: str) -> int:
    known = frequencies(language)
    return known.get(word, 0) or known.get(BRITISH_AMERICAN.get(word, ""), 0)


def correction(word: str, language: str) -> str:
    """The one word that was meant, a letter away; empty where several are as likely."""
    if language == "en" and word in WITHOUT_APOSTROPHE:
        return WITHOUT_APOSTROPHE[word]
    near = {edit: frequency(edit, language) for edit in _edits(word, _LETTERS[language])}
    near = {candidate: times for candidate, times in near.items() if times >= RARE}
    ranked = sorted(near.items(), key=lambda pair: (-pair[1] * _likeness(word, pair[0]), pair[0]))
    if not ranked or ranked[0][1] < COMMON:
        return ""
    best = ranked[0][1] * _likeness(word, ranked[0][0])
    if len(ranked) > 1 and best < _SURE * ranked[1][1] * _likeness(word, ranked[1][0]):
        return ""
    return ranked[0][0]


def _likeness(word: str, candidate: str) -> float:
    """Slips keep the first letter, swap neighbours, and double letters or forget to."""
    likely = 1.0 if word[0] == candidate[0] else 0.05
    if sorted(word) == sorted(candidate) or set(word) == set(candidate):
        likely *= 8.0
    return likely


def _edits(word: str, letters: str) -> Iterator[str]:
    """Every string one letter away: left out, swapped, exchanged, put in."""
    for at in range(len(word) + 1):
        left, right = word[:at], word[at:]
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in letters)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in letters)
