"""Feedback on the whole document: what only the whole shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from feedback.documents import words_in

from ..base import FeedbackOutput, SummaryRequest, Task
from . import checks, proven  # noqa: F401 (importing it registers the rules)
from .reading.headings import REFERENCES
from .reading.outline import Observation, Part, observe
from .reading.prose import Prose
from .reading.reader import Reader, reader_of
from .rubric import assess
from .rules import RULES, Finding, WritingRule, clipped, excerpt, find_all, joined
from .section import NOT_CHECKED, PARTLY_CHECKED
from .tutor.checks import find_in_whole
from .tutor.comments import advice_of, comments_on
from .tutor.whole import Whole

NEXT_STEPS = 3
MOST_SAID = 6000  # characters: a title or heading may be a page
MOST_LEVELS = 50  # the contract's bound
STRENGTHS = 5
RECURS = 2  # times before a point is called recurring


@dataclass(frozen=True, slots=True)
class Recurring:
    """One rule's findings over the document."""

    rule: WritingRule
    times: int
    sections: int
    headings: tuple[str, ...] = ()

    @property
    def effect(self) -> float:
        """What acting on it everywhere would gain."""
        return self.rule.weight * (1 + 0.35 * log2(self.times) + 0.1 * (self.sections - 1))


def review_document(request: SummaryRequest) -> FeedbackOutput:
    sections = [Part(heading, Prose(text, heading_path=(heading,))) for heading, text in request.sections]
    parts = [section for section in sections if not REFERENCES.match(section.heading)]
    words = sum(part.words for part in parts)
    if words == 0:
        return FeedbackOutput(summary="The document has no prose to comment on yet.")
    reader = _reader(request.task, parts)
    findings = [
        (finding, index) for index, part in enumerate(parts) for finding in find_all(part.prose, reader)
    ]
    observations = list(observe(parts, personal=reader.personal))
    recurring = _recurring(findings, parts) + _inconsistent(parts, reader)
    whole = Whole(request.title, sections, request.task)
    of_the_whole = find_in_whole(whole)
    return FeedbackOutput(
        summary=clipped(_summary(request, parts, observations, recurring), MOST_SAID),
        strengths=_strengths(observations, findings, parts),
        next_steps=_next_steps(observations, recurring, parts, advice_of(of_the_whole)),
        comments=comments_on(whole, of_the_whole, request.task.criteria[:MOST_LEVELS]),
        levels=[
            assess(criterion, [(finding, parts[index].prose.text) for finding, index in findings], words)
            for criterion in request.task.criteria[:MOST_LEVELS]
        ],
    )


def _reader(task: Task, parts: Sequence[Part]) -> Reader:
    """One reader for the whole: the citations of all sections count."""
    return reader_of(task, Prose("\n\n".join(part.prose.text for part in parts)))


def _recurring(findings: Sequence[tuple[Finding, int]], parts: Sequence[Part]) -> list[Recurring]:
    """By effect. Rules that ask for consistency are asked of the whole text instead."""
    sections: dict[str, set[int]] = defaultdict(set)
    times: dict[str, int] = defaultdict(int)
    for finding, index in findings:
        if not finding.rule.praise and not finding.rule.across_sections:
            sections[finding.rule.name].add(index)
            times[finding.rule.name] += 1
    found = [
        Recurring(
            RULES[name], times[name], len(where), tuple(parts[index].heading for index in sorted(where))
        )
        for name, where in sections.items()
    ]
    return sorted(found, key=lambda point: -point.effect)


def _inconsistent(parts: Sequence[Part], reader: Reader) -> list[Recurring]:
    """Spellings that are consistent within each section may still differ between them."""
    if not all(part.prose.language.english for part in parts if part.words):
        return []
    whole = Prose("\n\n".join(part.prose.text for part in parts))
    rules = [rule for rule in RULES.values() if rule.across_sections and rule.name in proven.PROVEN]
    counts = {rule.name: sum(remark.count for remark in rule.check(whole, reader)) for rule in rules}
    return [Recurring(rule, counts[rule.name], 1) for rule in rules if counts[rule.name]]


def _summary(
    request: SummaryRequest,
    parts: Sequence[Part],
    observations: Sequence[Observation],
    recurring: Sequence[Recurring],
) -> str:
    written = [part for part in parts if part.words]
    counted = [words_in(text) for _, text in request.sections]  # the whole text's, as every page counts them
    number = sum(map(bool, counted))
    title = f"“{request.title}”" if request.title else "The document"
    sentences = [f"{title} has {sum(counted):,} words in {number} section{'s' if number != 1 else ''}."]
    foreign = {part.prose.language.name for part in written if not part.prose.language.english}
    if foreign:
        sentences.append(
            f"Part of it seems to be written in {joined(sorted(foreign))}, where only length and layout "
            "were looked at."
        )
    sentences += [observation.message for observation in observations]
    points = [point for point in recurring if point.times >= RECURS or point.rule.across_sections]
    if points:
        sentences.append(
            f"What comes up most: {joined([_counted(point, len(written)) for point in points[:4]])}."
        )
    sentences.append(_mechanics(written))
    sentences.append(
        "These remarks come from rules about writing; whether the content is right and the argument holds "
        "is for a reader to say."
    )
    return " ".join(sentences)


def _mechanics(parts: Sequence[Part]) -> str:
    """What was looked at of spelling and grammar over the whole."""
    unread = [part for part in parts if not (part.prose.mechanics.whole and part.prose.language.english)]
    if not unread:
        return PARTLY_CHECKED
    named = [f"“{excerpt(part.heading)}”" for part in unread if part.heading.strip()]
    if len(unread) == len(parts) or not named:
        return NOT_CHECKED
    return f"Spelling and grammar are not checked in {joined(named[:3])}{' and others' if named[3:] else ''}."


def _counted(point: Recurring, sections: int) -> str:
    if point.rule.across_sections:
        return point.rule.label
    named = [f"“{excerpt(heading, 40)}”" for heading in point.headings if heading.strip()]
    if sections > 1 and 1 < point.sections <= len(named):
        more = f" and {len(named) - 2} more" if len(named) > 2 else ""
        return f"{point.rule.label} ({point.times}, in {', '.join(named[:2])}{more})"
    return f"{point.rule.label} ({point.times})"


def _strengths(
    observations: Sequence[Observation], findings: Sequence[tuple[Finding, int]], parts: Sequence[Part]
) -> list[str]:
    shape = [observation.message for observation in observations if not observation.advice]
    best: dict[str, tuple[Finding, int]] = {}
    for finding, index in sorted(findings, key=lambda pair: -pair[0].rank):
        if finding.rule.praise:
            best.setdefault(finding.rule.name, (finding, index))
    return (shape + [_shown(finding, parts[index]) for finding, index in best.values()])[:STRENGTHS]


def _shown(finding: Finding, part: Part) -> str:
    label = finding.rule.label
    passage = excerpt(part.prose.text[finding.remark.start : finding.remark.end], 80)
    where = f" (in “{part.heading}”)" if part.heading.strip() else ""
    return f"{label[:1].upper()}{label[1:]}: “{passage}”{where}"


def _next_steps(
    observations: Sequence[Observation],
    recurring: Sequence[Recurring],
    parts: Sequence[Part],
    of_the_whole: Mapping[str, float],
) -> list[str]:
    """Three, in order of effect. A point that recurs weighs more than one that came up once."""
    steps = [(1.5 * weight, advice) for advice, weight in of_the_whole.items()]
    steps += [
        (1.6 * observation.weight, observation.advice) for observation in observations if observation.advice
    ]
    steps += [(point.effect, _step(point, len(parts))) for point in recurring]
    steps.sort(key=lambda step: -step[0])
    return [text for _, text in steps[:NEXT_STEPS]]


def _step(point: Recurring, sections: int) -> str:
    if point.times < RECURS or point.rule.across_sections:
        return point.rule.advice
    where = f" in {point.sections} sections" if point.sections > 1 else ""
    return f"{point.rule.advice} It comes up {point.times} times{where}."
