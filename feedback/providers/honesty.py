"""Checks of an answer that need no trust in its author.

A student's text is data, but a model may still take orders from it. Nothing here guesses what a model
thought: levels come from the assignment's own scale or not at all, evidence is a quotation or is marked as
none, and what deserves care is named, so that the page can say it in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

from feedback import documents
from feedback.documents.sanitise import clean
from feedback.providers.base import Criterion, CriterionLevel, FeedbackOutput
from feedback.providers.offline.reading.language import FEW_WORDS, UNKNOWN, detect


class Caution(StrEnum):
    """A reason to read an answer with care."""

    INSTRUCTIONS = "instructions"  # the text addresses the machine that reads it
    GRADE = "grade"  # the answer names a grade
    LANGUAGE = "language"  # the answer is in another language than the text


class Level(TypedDict):
    """The level of the writing on one criterion, as it is stored."""

    criterion: str
    level: str  # one of the criterion's own; empty: none that the assignment knows
    evidence: str
    justification: str
    supported: bool  # the evidence is a quotation from the text
    uncorrected: NotRequired[str]  # as the provider had it, where a teacher's calibration changed it


# Levels ---------------------------------------------------------------------------------------


def levels_of(given: Iterable[CriterionLevel], criteria: Sequence[Criterion], text: str) -> Iterator[Level]:
    """One level at most for each criterion of the assignment, in its order. What it does not ask for goes."""
    by_name = {level.criterion.strip().casefold(): level for level in given}
    for criterion in criteria:
        level = by_name.get(criterion.name.strip().casefold())
        if level is not None:
            yield _level(level, criterion, text)


def _evidence(quote: str, text: str) -> documents.Span | None:
    """Where the text says it. A sentence that gives orders is evidence of nothing."""
    span = documents.anchor(text, quote) if quote.strip() else None
    if span is None:
        return None
    ordered = any(start < span.end and span.start < end for start, end in _orders_in(text))
    return None if ordered else span


def _orders_in(text: str) -> Iterator[tuple[int, int]]:
    """The sentences (lines, where they have no full stop) that give orders."""
    for match in _INSTRUCTIONS.finditer(text):
        start = max(text.rfind(end, 0, match.start()) for end in ".!?\n") + 1
        ends = [at for end in ".!?\n" if (at := text.find(end, match.end())) >= 0]
        yield start, min(ends, default=len(text))


def _level(given: CriterionLevel, criterion: Criterion, text: str) -> Level:
    span = _evidence(given.evidence, text)
    reached = given.level.strip().casefold()
    return Level(
        criterion=criterion.name,
        level=next((name for name in criterion.levels if name.casefold() == reached), ""),
        evidence=text[span.start : span.end] if span else clean(given.evidence),
        justification=clean(given.justification),
        supported=span is not None,
    )


# Cautions -------------------------------------------------------------------------------------

_AIM = r"(?:instruction|rubric|prompt|rule|criteri|guideline|direction|anweisung|regel|consigne)\w*"
_GIFT = (
    r"(?:full|top|highest|maximum|max|perfect|best|volle|höchste|beste|maximale)\s+"
    r"(?:mark|grade|score|level|point|credit|note|punkt)\w*"
)
_INSTRUCTIONS = re.compile(
    "|".join(
        (
            rf"\b(?:ignore|disregard|forget|override|bypass|ignoriere|vergiss|ignorez)\b[^.?!\n]{{0,60}}\b{_AIM}",
            rf"\b(?:give|award|assign|grant|report|gib|vergib)\b[^.?!\n]{{0,60}}\b{_GIFT}",
            r"\byou are (?:now|no longer)\b",
            r"\b(?:reply|respond|answer|write|output)\s+(?:only|exactly|nothing but)\b",
            r"\b(?:system prompt|developer message|hidden instructions?)\b",
            r"\b(?:note|message|instructions?)\s+(?:to|for)\s+(?:the\s+|any\s+)?(?:ai|llm|model|grader|assistant)\b",
            r"<\|[a-z_]+\|>|\[/?INST\]|^\s*(?:system|assistant)\s*:",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)
_LETTER = r"\s+(?:an?\s+)?[A-F][+\u2212-]?(?=[\s.,;!]|$)"  # a capital: "grade a draft" names none
_GRADE = re.compile(
    "|".join(
        (
            r"(?i:\bfull (?:marks|credit|points)\b|\b(?:perfect|top) (?:score|grade|mark)\b)",
            r"(?i:\b\d{1,3}(?:\.\d)?\s*(?:/|out of)\s*(?:10|20|50|100)\b)",
            rf"(?i:\b(?:grade|mark|score)(?:d|s)?(?:\s+(?:is|of|as|it))?\s*:?){_LETTER}",
            rf"(?i:\b(?:deserve|earn|merit)s?\b|\bworth\b){_LETTER}",
        )
    )
)


def cautions_of(output: FeedbackOutput, text: str, *, by_model: bool) -> list[str]:
    """What a reader has to know about this answer on this text; `by_model`: rules take no orders."""
    if not by_model:
        return []
    written = " ".join(_prose(output))
    found = {
        Caution.INSTRUCTIONS: bool(_INSTRUCTIONS.search(text)),
        Caution.GRADE: bool(_GRADE.search(written)),
        Caution.LANGUAGE: _in_another_language(written, text),
    }
    return [caution.value for caution, is_so in found.items() if is_so]


def _prose(output: FeedbackOutput) -> Iterator[str]:
    yield from (output.summary, *output.strengths, *output.next_steps)
    for comment in output.comments:
        yield from (comment.message, comment.suggestion)
    for level in output.levels:
        yield level.justification


def _in_another_language(written: str, text: str) -> bool:
    """Where both are long enough to tell."""
    if min(len(written.split()), len(text.split())) < FEW_WORDS:
        return False
    ours, theirs = detect(written), detect(text)
    return ours != theirs and UNKNOWN not in (ours, theirs)
