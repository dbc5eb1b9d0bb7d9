"""The stretch of a text most similar to a quotation with small edits, by words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches
from heapq import nsmallest

from feedback.documents.characters.meaning import are_opposites, has_figure, says_the_same

from .folding import Folded

ALIKE = 0.8  # twice the words in common over the words of both, from which a quotation counts as found
_SAME_WORD = 0.75  # difflib's ratio over letters, from which one word is another with its spelling mended
_MIN_WORDS = 4  # of fewer, one that differs leaves no proof
_MAX_WORDS = 400  # of more, an alignment costs seconds
_MAX_MENDED = 6  # words looked up by similarity
_CANDIDATES = 3  # windows compared in detail


def most_similar(reads: Folded, sought: Sequence[str], near: int | None) -> tuple[int, int] | None:
    """Where in the folded text the sought words stand with edits, or None below ALIKE.

    One pass over the text finds the windows that share most words; only those are aligned word by word.
    """
    if not _MIN_WORDS <= len(sought) <= _MAX_WORDS or len(reads.words) < _MIN_WORDS:
        return None
    quoted, sought = sought, _mended(sought, reads.vocabulary)
    aligned = (_align(reads.spelled, sought, window) for window in _windows(reads, sought, near))
    meant = (
        found for found in aligned if found and says_the_same(quoted, reads.spelled[found[1] : found[2] + 1])
    )
    best = max(meant, key=lambda found: found[0], default=None)
    return best and (reads.words[best[1]][0], reads.words[best[2]][1])


def _mended(sought: Sequence[str], vocabulary: frozenset[str]) -> list[str]:
    """The sought words, where one that the text does not have stands for the one that it most resembles:
    models mend a misspelling as they quote it."""
    unknown = [word for word in dict.fromkeys(sought) if word not in vocabulary and len(word) > 2]
    mended = {word: _resembling(word, vocabulary) for word in unknown[:_MAX_MENDED] if not has_figure(word)}
    return [mended.get(word, word) for word in sought]


def _resembling(word: str, vocabulary: frozenset[str]) -> str:
    candidates = sorted(
        other
        for other in vocabulary
        if abs(len(other) - len(word)) <= 2 and not has_figure(other) and not are_opposites(word, other)
    )
    return next(iter(get_close_matches(word, candidates, n=1, cutoff=_SAME_WORD)), word)


def _windows(reads: Folded, sought: Sequence[str], near: int | None) -> list[int]:
    """The first words of the windows, as long as the sought words, that share most of them."""
    size = min(len(sought), len(reads.spelled))
    wanted = Counter(sought)
    shared, ranks = 0, []
    for index, word in enumerate(reads.spelled):
        shared += _take(wanted, word)
        if index >= size:
            shared -= _give_back(wanted, reads.spelled[index - size])
        first = index - size + 1
        if first >= 0 and shared >= size * ALIKE / 2:
            distance = abs(reads.words[first][0] - near) if near is not None else first
            ranks.append((-shared, distance, first))
    return _apart([first for _, _, first in nsmallest(_CANDIDATES * size, ranks)], size)


def _take(wanted: Counter[str], word: str) -> int:
    """A word enters the window: 1 where it is one of the sought that the window still lacked."""
    if word not in wanted:
        return 0
    wanted[word] -= 1
    return int(wanted[word] >= 0)


def _give_back(wanted: Counter[str], word: str) -> int:
    if word not in wanted:
        return 0
    wanted[word] += 1
    return int(wanted[word] > 0)


def _apart(firsts: Sequence[int], size: int) -> list[int]:
    """The best windows that are not the same place again."""
    chosen: list[int] = []
    for first in firsts:
        if all(abs(first - other) >= size for other in chosen):
            chosen.append(first)
        if len(chosen) == _CANDIDATES:
            break
    return chosen


def _align(spelled: Sequence[str], sought: Sequence[str], window: int) -> tuple[float, int, int] | None:
    """The widest stretch around a window that is ALIKE: how alike, its first word and its last."""
    slack = max(2, len(sought) // 5)
    begin = max(0, window - slack)
    around = spelled[begin : window + len(sought) + slack]
    matcher = SequenceMatcher(None, sought, around, autojunk=False)
    blocks = [(block.b, block.size) for block in matcher.get_matching_blocks() if block.size]
    while blocks:
        first, last = blocks[0][0], blocks[-1][0] + blocks[-1][1] - 1
        ratio = 2 * sum(size for _, size in blocks) / (len(sought) + last - first + 1)
        if ratio >= ALIKE:
            return ratio, begin + first, begin + last
        # A common word far off stretches the span: drop the lighter end and look again.
        del blocks[0 if blocks[0][1] <= blocks[-1][1] else -1]
    return None
