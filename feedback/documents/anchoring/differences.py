"""The comparison of two texts: paragraph beside paragraph, and inside those that changed, word by word.

difflib suffices once the work is cut small: paragraphs are matched first, the changed ones are paired by the
words that they share, and only words of one pair are compared. Two texts of 10,000 words take well under a
second so, where comparing all their words at once would take minutes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from feedback.documents.characters.meaning import negations
from feedback.documents.structure.pieces import paragraphs, sentences

_TOKEN = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_WORDS_AT_ONCE = 400  # a longer paragraph is compared by its sentences first
_ALIKE = 0.4  # share of words in common from which two paragraphs are the same one, changed
_SAME_SENTENCE = 0.6  # share of words in common from which a sentence is the same one, changed
_PAIRS = 40_000  # comparisons to pair up changed paragraphs; beyond that they are paired in order


_Code = tuple[str, int, int, int, int]  # as SequenceMatcher.get_opcodes gives them


class State(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A stretch of one side; changed: the other side has not got it."""

    text: str
    changed: bool = False


_Sides = tuple[tuple[DiffSpan, ...], tuple[DiffSpan, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of the old text beside its counterpart. An absent side has no runs."""

    state: State
    old: tuple[DiffSpan, ...]
    new: tuple[DiffSpan, ...]
    old_start: int
    new_start: int


@dataclass(frozen=True, slots=True)
class _Same:
    """A stretch that both texts have."""

    old: int
    new: int
    length: int


@dataclass(frozen=True)
class Difference:
    """The old runs of all rows joined are the old text, the new ones the new text."""

    rows: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        return all(row.state == State.SAME for row in self.rows)

    def moved(self, start: int, end: int) -> int | None:
        """Where old[start:end] stands in the new text; None where any of it changed."""
        index = bisect_right([stretch.old for stretch in self._stretches], start) - 1
        if index < 0:
            return None
        same = self._stretches[index]
        return same.new + start - same.old if end <= same.old + same.length > start else None

    def stayed(self, start: int, end: int) -> bool:
        """Whether old[start:end] stands in the new text in the same sentence still, and not in one that only
        looks alike: with a negation, or with many of its words changed."""
        if self.moved(start, end) is None:
            return False
        row = next((row for row in self.rows if row.old and _holds(row, start)), None)
        if row is None or row.state == State.SAME:
            return True
        words = _words_around(row.old, start - row.old_start, end - row.old_start)
        there = (self.moved(start, end) or 0) - row.new_start
        beside = _words_around(row.new, there, there + end - start)
        alike = _likeness(Counter(words), Counter(beside))
        return alike >= _SAME_SENTENCE and negations(words) == negations(beside)

    def paragraph_at(self, start: int) -> int | None:
        """Where the paragraph that begins at this place of the old text begins in the new one."""
        both = (row for row in self.rows if row.old and row.new)
        return next((row.new_start for row in both if row.old_start == start), None)

    @cached_property
    def _stretches(self) -> list[_Same]:
        """In order; those that follow one another in both texts are one."""
        found: list[_Same] = []
        for row in self.rows:
            for same in _same_runs(row):
                last = found[-1] if found else None
                if last and (last.old + last.length, last.new + last.length) == (same.old, same.new):
                    found[-1] = _Same(last.old, last.new, last.length + same.length)
                else:
                    found.append(same)
        return found


def _holds(row: Row, place: int) -> bool:
    return row.old_start <= place < row.old_start + sum(len(run.text) for run in row.old)


def _words_around(runs: Sequence[DiffSpan], start: int, end: int) -> list[str]:
    """The words of the sentences that a stretch of these runs touches."""
    found: list[str] = []
    begin = 0
    for sentence in sentences("".join(run.text for run in runs)):
        if begin < end and start < begin + len(sentence):
            found += re.findall(r"\w+", sentence.lower())
        begin += len(sentence)
    return found


def compare(old: str, new: str) -> Difference:
    """The difference from old to new. Any two texts have one."""
    before, after = list(paragraphs(old)), list(paragraphs(new))
    return Difference(tuple(_rows(before, after)))


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    old_at, new_at = 0, 0
    for left, right in _aligned(old, new):
        row = _row(left, right, old_at, new_at)
        yield row
        old_at, new_at = old_at + len(left), new_at + len(right)


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs side by side, in order; an empty one where there is no counterpart."""
    keys = [piece.strip() for piece in old], [piece.strip() for piece in new]
    for tag, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(old[a:b], new[c:d], strict=True)
        else:
            yield from _paired(old[a:b], new[c:d])


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Changed paragraphs with the ones that they became: the pairs, in order, that share most words."""
    at, beside = 0, 0
    for index, counterpart in [*_best_pairs(old, new), (len(old), len(new))]:
        yield from ((piece, "") for piece in old[at:index])
        yield from (("", piece) for piece in new[beside:counterpart])
        if index < len(old):
            yield old[index], new[counterpart]
        at, beside = index + 1, counterpart + 1


def _best_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    bags = [_bag(piece) for piece in old], [_bag(piece) for piece in new]
    if len(old) * len(new) > _PAIRS:
        in_order = enumerate(zip(*bags, strict=False))
        return [(index, index) for index, pair in in_order if _likeness(*pair) >= _ALIKE]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_likeness(left, right) for right in bags[1]] for left in bags[0]]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return list(_walk(best, alike))


def _walk(best: Sequence[Sequence[float]], alike: Sequence[Sequence[float]]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(alike) and j < len(alike[i]):
        if alike[i][j] >= _ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _bag(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def _likeness(left: Counter[str], right: Counter[str]) -> float:
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _row(left: str, right: str, old_at: int, new_at: int) -> Row:
    if not right:
        return Row(State.REMOVED, (DiffSpan(left, changed=True),), (), old_at, new_at)
    if not left:
        return Row(State.ADDED, (), (DiffSpan(right, changed=True),), old_at, new_at)
    if left.strip() == right.strip():
        return Row(State.SAME, (DiffSpan(left),), (DiffSpan(right),), old_at, new_at)
    old, new = _by_words(left, right)
    return Row(State.CHANGED, old, new, old_at, new_at)


def _by_words(left: str, right: str) -> _Sides:
    """Two versions of one paragraph; a long one by its sentences first."""
    tokens = _TOKEN.findall(left), _TOKEN.findall(right)
    if max(map(len, tokens)) <= _WORDS_AT_ONCE:
        return _runs(*tokens, _whole)
    return _runs(list(sentences(left)), list(sentences(right)), _inside)


def _runs(old: Sequence[str], new: Sequence[str], replaced: Callable[[str, str], _Sides]) -> _Sides:
    """Tokens are equal where they differ in the white space after them at most."""
    left: list[DiffSpan] = []
    right: list[DiffSpan] = []
    keys = [token.rstrip() for token in old], [token.rstrip() for token in new]
    for tag, a, b, c, d in _smooth(keys[0], SequenceMatcher(None, *keys, autojunk=False).get_opcodes()):
        before, after = "".join(old[a:b]), "".join(new[c:d])
        sides = ((DiffSpan(before),), (DiffSpan(after),)) if tag == "equal" else replaced(before, after)
        left += sides[0]
        right += sides[1]
    return tuple(left), tuple(right)


def _whole(before: str, after: str) -> _Sides:
    return (DiffSpan(before, changed=True),) * bool(before), (DiffSpan(after, changed=True),) * bool(after)


def _inside(before: str, after: str) -> _Sides:
    """Sentences that became other sentences: their words, where there are not too many."""
    few = max(len(_TOKEN.findall(before)), len(_TOKEN.findall(after))) <= _WORDS_AT_ONCE
    return _by_words(before, after) if before and after and few else _whole(before, after)


def _smooth(tokens: Sequence[str], codes: Sequence[_Code]) -> list[_Code]:
    """Punctuation that stayed between two changes is part of one change: it does not read as kept."""
    merged: list[_Code] = []
    for index, (tag, a, b, c, d) in enumerate(codes):
        stays = tag == "equal" and (
            index in (0, len(codes) - 1) or any(re.search(r"\w", token) for token in tokens[a:b])
        )
        if not stays and merged and merged[-1][0] == "replace":
            merged[-1] = ("replace", merged[-1][1], b, merged[-1][3], d)
        else:
            merged.append(("equal" if stays else "replace", a, b, c, d))
    return merged


def _same_runs(row: Row) -> Iterator[_Same]:
    """The stretches of a row that both sides have, as far as they are equal to the character."""
    new = iter(_placed(row.new, row.new_start))
    for place, run in _placed(row.old, row.old_start):
        beside, other = next(new)
        yield _Same(place, beside, _common(run.text, other.text))


def _common(left: str, right: str) -> int:
    """The length of what two stretches begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))


def _placed(runs: Sequence[DiffSpan], start: int) -> Iterator[tuple[int, DiffSpan]]:
    """The unchanged runs with their places."""
    for run in runs:
        if not run.changed:
            yield start, run
        start += len(run.text)
