"""The essays with planted flaws: their sections as a student hands them in, and where each flaw stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks" / "quality" / "essays"
KINDS = {"L": "language", "E": "evidence", "S": "structure", "A": "argument"}

_FLAW = re.compile(r"\{\{([LESA])\|([^|{}]*)(?:\|([^{}]*))?\}\}")
_HEADING = re.compile(r"^#{1,2} (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Flaw:
    kind: str
    start: int
    end: int

    def is_met_by(self, places: Iterable[tuple[int, int]]) -> bool:
        """Whether one of these places, from and to, lies over it."""
        return any(start < self.end and self.start < end for start, end in places)


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    text: str
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class Essay:
    name: str
    title: str
    sections: tuple[Section, ...]

    @property
    def kind(self) -> str:
        return self.name.rsplit("-", 1)[0]


def essays(part: str) -> list[Essay]:
    """Those of `open` or `frozen`."""
    return [_essay(path) for path in sorted((FOLDER / part).glob("*.md"))]


def _essay(path: Path) -> Essay:
    _, *parts = _HEADING.split(path.read_text(encoding="utf-8"))
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    title, opening = pairs[0]
    rest = pairs[1:] if not opening.strip() else [("", opening), *pairs[1:]]
    return Essay(path.stem, title, tuple(_section(heading, text.strip()) for heading, text in rest))


def _section(heading: str, marked: str) -> Section:
    pieces: list[str] = []
    flaws: list[Flaw] = []
    at = 0
    for plain, found in _split(marked):
        pieces.append(plain)
        at += len(plain)
        if found is not None:
            pieces.append(found[2])
            flaws.append(Flaw(KINDS[found[1]], at, at + len(found[2])))
            at += len(found[2])
    return Section(heading, "".join(pieces), tuple(flaws))


def _split(marked: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    done = 0
    for match in _FLAW.finditer(marked):
        yield marked[done : match.start()], match
        done = match.end()
    yield marked[done:], None
