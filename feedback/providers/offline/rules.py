"""What a rule is, and the register of all rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..base import CommentKind
from . import proven
from .mechanics.slip import Slip
from .reading.prose import Prose
from .reading.reader import Reader


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule noticed at one place."""

    start: int
    end: int
    message: str  # what it is and why it matters to the reader
    suggestion: str = ""  # something the writer can do now
    strength: float = 1.0  # against other remarks of the same rule
    count: int = 1  # occurrences that this one remark stands for
    places: tuple[Slip, ...] = ()  # each of them, where the message names several


Check = Callable[[Prose, Reader], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class WritingRule:
    name: str
    kind: CommentKind
    label: str  # as a list of recurring points names it
    weight: float  # how much a reader gains where the writer acts on it, 0 to 1
    check: Check
    advice: str = ""  # the next step where the point recurs
    most: int = 2  # remarks in one section
    any_language: bool = False
    across_sections: bool = False  # also worth asking of the document as one text

    @property
    def praise(self) -> bool:
        return self.kind is CommentKind.PRAISE


@dataclass(frozen=True, slots=True)
class Finding:
    rule: WritingRule
    remark: Remark

    @property
    def rank(self) -> float:
        return self.rule.weight * self.remark.strength


RULES: dict[str, WritingRule] = {}


def rule(
    name: str,
    kind: CommentKind,
    *,
    label: str,
    weight: float,
    advice: str = "",
    most: int = 2,
    any_language: bool = False,
    across_sections: bool = False,
) -> Callable[[Check], Check]:
    """Register a check; every module of `checks` does so when it is imported."""

    def register(check: Check) -> Check:
        RULES[name] = WritingRule(
            name, kind, label, weight, check, advice, most, any_language, across_sections
        )
        return check

    return register


def find_all(prose: Prose, reader: Reader, *, unproven: bool = False) -> list[Finding]:
    """Everything the proven rules notice, best first within each rule, nothing left out."""
    rules = (
        rule
        for rule in RULES.values()
        if (unproven or rule.name in proven.PROVEN) and (rule.any_language or prose.language.english)
    )
    return [
        Finding(rule, remark)
        for rule in rules
        for remark in sorted(rule.check(prose, reader), key=lambda remark: -remark.strength)
        if not (rule.praise and _flawed(prose, remark))
    ]


def _flawed(prose: Prose, remark: Remark) -> bool:
    """Whether a slip stands in the passage: a broken sentence is no example of good writing."""
    return any(slip.start < remark.end and remark.start < slip.end for slip in prose.mechanics.slips)


def excerpt(text: str, limit: int = 70) -> str:
    """A passage on one line, cut at a word, for use inside a sentence of ours."""
    line = re.sub(r"\s+", " ", text).strip().strip('“”"')
    if len(line) <= limit:
        return line
    return (line[:limit].rsplit(" ", 1)[0] or line[:limit]).rstrip(",;:–- ") + " …"


def clipped(text: str, limit: int) -> str:
    """A sentence of ours within a bound. Only one that quotes a word without an end passes it."""
    return text if len(text) <= limit else text[: limit - 2].rstrip() + " …"


def joined(parts: list[str]) -> str:
    """ "one, two and three", for at least one part."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
