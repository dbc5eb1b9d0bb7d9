"""What rules can honestly say about a teacher's criteria.

They see surface signs: sources beside claims, paragraphs that link, sentences that fit in memory.
They never award the highest level, and where a criterion asks for judgement they say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..base import CommentKind, Criterion, CriterionLevel
from .rules import Finding, joined

PERSON = "For a person to judge"
PASSAGE = 400  # characters of the text that show a level


@dataclass(frozen=True, slots=True)
class Family:
    """Criteria that ask for one thing, and the kinds of remark that bear on it."""

    words: re.Pattern[str]
    kinds: frozenset[CommentKind]
    praise: frozenset[str]  # rules that count in its favour
    judged: bool = True  # whether the signs say enough for a level
    many: float = 1.0  # findings in 100 words, weighted, that are many


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


FAMILIES = (
    Family(
        _words("evidence|sources?|referenc|citation|citing|research|support"),
        frozenset((CommentKind.EVIDENCE,)),
        frozenset(("cited-evidence",)),
        many=0.7,
    ),
    Family(
        _words("structur|organi[sz]|coheren|cohesion|paragraph|flow|signpost"),
        frozenset((CommentKind.STRUCTURE,)),
        frozenset(("signposting", "strong-opening")),
        many=0.6,
    ),
    Family(
        _words(
            "clarity|clear|style|expression|readab|concis|tone|register|academic "
            "writing|communicat|presentation"
        ),
        frozenset((CommentKind.STYLE, CommentKind.CLARITY)),
        frozenset(("varied-rhythm", "definition")),
        many=0.8,
    ),
    Family(
        _words("grammar|spelling|mechanic|punctuat|language|accuracy of|proofread"),
        frozenset((CommentKind.LANGUAGE,)),
        frozenset(),
        judged=False,  # no parser here: errors of grammar are not seen at all
    ),
    Family(
        _words("argument|reasoning|critical|analys|thesis|evaluat"),
        frozenset((CommentKind.ARGUMENT,)),
        frozenset(("objection-met", "limits-named")),
        judged=False,
    ),
)


def family_of(criterion: Criterion) -> Family | None:
    """By its name, else by the word that comes first in its description."""
    named = next((family for family in FAMILIES if family.words.search(criterion.name)), None)
    if named is not None:
        return named
    found = [
        (match.start(), family)
        for family in FAMILIES
        if (match := family.words.search(criterion.description))
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


class Judging(Protocol):
    """A rule as a criterion sees it."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> CommentKind: ...


def criterion_for(rule: Judging, criteria: Sequence[Criterion]) -> str:
    """The name of the criterion that a remark bears on; empty where none does."""
    for criterion in criteria:
        family = family_of(criterion)
        if family and (rule.kind in family.kinds or rule.name in family.praise):
            return criterion.name[:200]
    return ""


def assess(criterion: Criterion, findings: Sequence[tuple[Finding, str]], words: int) -> CriterionLevel:
    """Where the signs point for one criterion. `findings` come with the text that they lie in."""
    family = family_of(criterion)
    if family is None or not family.judged or words < 150:
        return _for_a_person(criterion, family, findings)
    against = [(f, text) for f, text in findings if f.rule.kind in family.kinds]
    in_favour = [(f, text) for f, text in findings if f.rule.name in family.praise]
    if not against and not in_favour:
        return _for_a_person(criterion, family, ())
    density = 100 * sum(f.rule.weight for f, _ in against) / words / family.many
    return CriterionLevel(
        criterion=criterion.name[:200],
        level=_level(criterion.levels, density, praised=bool(in_favour)),
        evidence=_passage(in_favour if density < 0.5 and in_favour else against or in_favour),
        justification=_because(against, in_favour),
    )


def _level(levels: tuple[str, ...], density: float, *, praised: bool) -> str:
    good, weak = density < 0.5 and praised, density >= 1.0
    if len(levels) < 3:
        return "Signs look good" if good else "Needs work first" if weak else "Mixed signs"
    top = len(levels) - 1
    index = top - 1 if good else top // 3 if weak else top // 2
    return levels[index][:200]


def _for_a_person(
    criterion: Criterion, family: Family | None, findings: Sequence[tuple[Finding, str]]
) -> CriterionLevel:
    seen = [
        (f, text)
        for f, text in findings
        if family and (f.rule.kind in family.kinds or f.rule.name in family.praise)
    ]
    also = f" The remarks on {_labels(seen)} bear on it." if seen else ""
    return CriterionLevel(
        criterion=criterion.name[:200],
        level=PERSON,
        evidence=_passage(seen),
        justification="Rules cannot tell how well the writing meets this; it takes somebody who knows "
        f"the subject and reads for meaning.{also}",
    )


def _because(against: Sequence[tuple[Finding, str]], in_favour: Sequence[tuple[Finding, str]]) -> str:
    parts = []
    if in_favour:
        parts.append(f"In its favour: {_labels(in_favour)}.")
    if against:
        parts.append(f"Worth work: {_labels(against)}.")
    parts.append(
        "This rests on signs that rules can count, not on a reading; the highest level is for a person to "
        "give."
    )
    return " ".join(parts)


def _labels(findings: Sequence[tuple[Finding, str]]) -> str:
    names = list(dict.fromkeys(finding.rule.label for finding, _ in findings))[:3]
    return joined(names)


def _passage(findings: Sequence[tuple[Finding, str]]) -> str:
    """The best example, word for word."""
    if not findings:
        return ""
    finding, text = max(findings, key=lambda pair: pair[0].rank)
    passage = text[finding.remark.start : finding.remark.end]
    return passage if len(passage) <= PASSAGE else passage[:PASSAGE].rsplit(" ", 1)[0]
