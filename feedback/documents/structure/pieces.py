"""Cutting a long stretch of text into pieces of about one size, at the best places there are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from feedback.documents.characters.text import WORD, count_words

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_LINES = re.compile(r"\n\s*")
_SENTENCES = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[」』”]?\s*")
_GRAINS = (_PARAGRAPHS, _LINES, _SENTENCES)


def cut_to_size(text: str, start: int, end: int, max_words: int) -> list[int]:
    """The offsets, the first of which is start, where pieces of at most max_words words begin.

    Paragraphs are kept whole where they fit, else lines, else sentences; words are kept whole always.
    """
    rest = count_words(text[start:end])
    cuts, sizes, target = [start], [0], _share(rest, max_words)
    for unit, size in _units(text, start, end, max_words):
        is_full = sizes[-1] + size > max_words or sizes[-1] + size / 2 > target
        if size and sizes[-1] and is_full:
            rest -= sizes[-1]
            cuts.append(unit)
            sizes.append(0)
            target = _share(rest, max_words)
        sizes[-1] += size
    if len(cuts) > 1 and sum(sizes[-2:]) <= max_words:
        cuts.pop()
    return cuts


def paragraphs(text: str) -> Iterator[str]:
    """The text's paragraphs, each with the space after it; joined they are the text."""
    return (text[begin:end] for begin, end in _stretches(_PARAGRAPHS, text, 0, len(text)) if begin < end)


def sentences(text: str) -> Iterator[str]:
    """The same by sentences."""
    return (text[begin:end] for begin, end in _stretches(_SENTENCES, text, 0, len(text)) if begin < end)


def places_to_cut(text: str, start: int, end: int) -> list[int]:
    """Where a stretch can be cut in two: before its paragraphs, else its lines, else its sentences."""
    for grain in _GRAINS:
        begins = [begin for begin, _ in _stretches(grain, text, start, end)][1:]
        if places := [at for at in begins if WORD.search(text, start, at) and WORD.search(text, at, end)]:
            return places
    return []


def _share(words: int, max_words: int) -> int:
    """The size of each piece where all are alike, rather than full ones and a rest."""
    return math.ceil(words / max(1, math.ceil(words / max_words)))


def _units(text: str, start: int, end: int, max_words: int, grain: int = 0) -> Iterator[tuple[int, int]]:
    """Stretches that are not cut further, each with its start and its words, at most max_words."""
    if grain == len(_GRAINS):
        yield from _words(text, start, end)
        return
    for begin, stop in _stretches(_GRAINS[grain], text, start, end):
        size = count_words(text[begin:stop])
        if size <= max_words:
            yield begin, size
        else:
            yield from _units(text, begin, stop, max_words, grain + 1)


def _stretches(separator: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What lies between separators, each separator with what precedes it."""
    begin = start
    for match in separator.finditer(text, start, end):
        if begin < match.end() < end:
            yield begin, match.end()
            begin = match.end()
    yield begin, end


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for index, word in enumerate(WORD.finditer(text, start, end)):
        yield (word.start() if index else start), 1
