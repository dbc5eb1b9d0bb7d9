"""Mechanics on JFLEG: sentences of learners with the corrections of four annotators."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from .figures import Figure, ratio

_PLACES = [folder / "shared" / "data" / "jfleg" for folder in Path(__file__).resolve().parents[4:]]
FOLDER = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
MOST_WORDS = 4  # that a remark marks
AGREED = 2  # annotators
_GLUED = re.compile(r"(?<=\() | (?=[.,;:!?)%])| (?=n['’]t\b)| (?=['’](?:s|m|re|ve|ll|d)\b)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a checker says of a sentence. An empty correction: none is offered."""

    start: int
    end: int
    correction: str = ""
    spelling: bool = False


Checker = Callable[[str], Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str  # as it would be typed
    corrected: tuple[str, ...]
    edits: tuple[tuple[tuple[int, int], ...], ...]  # by annotator, places in the text

    @property
    def changed(self) -> int:
        return sum(bool(edits) for edits in self.edits)


def sentences(folder: Path, part: str = "dev") -> list[Sentence]:
    """Empty where the data is not there."""
    if not (folder / f"{part}.src").exists():
        return []
    source = (folder / f"{part}.src").read_text(encoding="utf-8").splitlines()
    answers = [(folder / f"{part}.ref{n}").read_text(encoding="utf-8").splitlines() for n in range(4)]
    return [_sentence(line, [lines[n] for lines in answers]) for n, line in enumerate(source)]


def _sentence(source: str, answers: Sequence[str]) -> Sentence:
    text = _GLUED.sub("", source.strip())
    corrected = tuple(_GLUED.sub("", answer.strip()) for answer in answers)
    return Sentence(text, corrected, tuple(tuple(_edits(text, answer)) for answer in corrected))


def _edits(text: str, answer: str) -> Iterator[tuple[int, int]]:
    words = list(re.finditer(r"\w+(?:['’]\w+)*|[^\w\s]", text))
    others = re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", answer)
    matcher = SequenceMatcher(None, [word.group() for word in words], others, autojunk=False)
    for kind, first, last, *_ in matcher.get_opcodes():
        if kind == "equal":
            continue
        start = words[first].start() if first < len(words) else len(text)
        yield (start, words[last - 1].end()) if last > first else (max(0, start - 1), start + 1)


def right(sentence: Sentence, mark: Mark) -> bool:
    """Few words, where two annotators changed something, and the correction is one annotator's."""
    agreed = sum(any(a < mark.end and mark.start < b for a, b in edits) for edits in sentence.edits)
    if agreed < AGREED or len(sentence.text[mark.start : mark.end].split()) > MOST_WORDS:
        return False
    words = re.compile(rf"(?<!\w){re.escape(mark.correction)}(?!\w)")
    return not mark.correction or any(words.search(answer) for answer in sentence.corrected)


def score(name: str, checker: Checker, all_of_them: Sequence[Sentence]) -> list[Figure]:
    """Found, found by other than spelling, precision, and how many good sentences are disturbed."""
    found: list[tuple[float, float]] = []
    other: list[tuple[float, float]] = []
    exact: list[tuple[float, float]] = []
    disturbed: list[tuple[float, float]] = []
    for sentence in all_of_them:
        marks = checker(sentence.text)
        good = [mark for mark in marks if right(sentence, mark)]
        exact.append((len(good), len(marks)))
        if sentence.changed == 4:
            found.append((bool(good), 1))
            other.append((any(not mark.spelling for mark in good), 1))
        if sentence.changed <= 1:
            disturbed.append((bool(marks), 1))
    return [
        ratio(f"{name}: sentences that all four changed with a right remark", found),
        ratio(f"{name}: ... by something other than spelling", other),
        ratio(f"{name}: right remarks", exact),
        ratio(f"{name}: sentences left alone that get a remark", disturbed, higher_is_better=False),
    ]
