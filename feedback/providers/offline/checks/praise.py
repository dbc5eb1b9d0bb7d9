"""What is done well, shown where it is done, so that the writer can do it again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import mean, pstdev

from feedback.providers.offline.reading.headings import INTRODUCTION
from feedback.providers.offline.reading.phrases import any_of, matching
from feedback.providers.offline.reading.prose import Prose, Sentence
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.claims import DEFINITIONS, LIMITS, OBJECTIONS, SIGNPOSTS, VAGUE_QUANTITIES
from ..lexicon.wording import CLICHES, FILLERS
from ..rules import Remark, excerpt, rule

SHORT, LONG = 10, 18  # words

_SIGNPOST = matching(SIGNPOSTS)
_DEFINITION = re.compile("|".join(DEFINITIONS).replace(" ", r"\s+"), re.IGNORECASE)
_OBJECTION = matching(OBJECTIONS)
_LIMIT = matching(LIMITS)
_STALE = any_of((*CLICHES, *FILLERS))
_VAGUE = matching(VAGUE_QUANTITIES)
_FLAT = re.compile(
    r"\s*(?:There (?:is|are)|It is|In this (?:essay|report)|Nowadays|I am going to|This (?:essay"
    r"|report) (?:is|will))\b",
    re.IGNORECASE,
)
_CONCRETE = re.compile(
    r"\d|(?<=[a-z,] )[A-Z][a-z]{2,}|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty"
    r"|thirty|forty|fifty|half|twice)\b"
)
_MEASURED = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:%|per ?cent|percent|°C|K|mm|cm|m|km|kg|g|mg|ml|l|s|min|minutes|hours|days|weeks"
    r"|years|Hz|V|A|N|J|W|mol|"
    r"times|participants|students|people|respondents|pounds|euros|dollars)(?!\w)|[£€$]\s?\d",
)
_SUPPOSED = re.compile(r"\b(?:would|could|may|might)\b", re.IGNORECASE)
_POINTING = re.compile(r"(?:This|That|These|Those|It|He|She|They)\b|.*\d", re.DOTALL)
_COMPARED = re.compile(
    r"\b(?:than|compared|from|against|between|rose|fell|increased|decreased|while|whereas|per)\b",
    re.IGNORECASE,
)


@rule("strong-opening", CommentKind.PRAISE, label="a strong opening", weight=0.9, most=1)
def strong_opening(prose: Prose, reader: Reader) -> Iterator[Remark]:
    first = prose.paragraphs[0].sentences[0] if prose.paragraphs else None
    opens = not prose.heading_path or reader.personal or INTRODUCTION.search(prose.heading_path[-1])
    if first is None or not opens or len(prose.sentences) < 3 or not 5 <= first.length <= 28:
        return
    own = prose.own_text(first)
    if _CONCRETE.search(own) and not _STALE.search(own) and not _FLAT.match(own) and not _VAGUE.search(own):
        yield Remark(
            first.start,
            first.end,
            "A strong opening: it starts with something particular, so the reader can picture the subject "
            "at once.",
            "Come back to it at the end; readers enjoy a circle that closes.",
        )


@rule("cited-evidence", CommentKind.PRAISE, label="claims backed by cited evidence", weight=1.0, most=1)
def cited_evidence(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """The cited sentence that also says something: a figure, or what follows from the source."""
    for sentence in prose.sentences:
        if prose.cites(sentence.start, sentence.end) and sentence.length >= 10:
            figure = bool(_CONCRETE.search(prose.own_text(sentence)))
            yield Remark(
                sentence.start,
                sentence.end,
                "Good use of a source: the claim and what it rests on stand side by side, so the reader can "
                "check it." + (" The detail makes it convincing." if figure else ""),
                "Where you can, add a sentence that says what the source means for your own argument.",
                strength=1.1 if figure else 1.0,
            )


@rule("objection-met", CommentKind.PRAISE, label="taking the other side seriously", weight=1.0, most=1)
def objections(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _OBJECTION.finditer(prose.own):
        sentence = prose.sentence_at(match.start())
        if sentence and not (match.start() > sentence.start + 40):
            yield Remark(
                sentence.start,
                sentence.end,
                "You let the other side speak. An argument that has met an objection convinces more than "
                "one that has not.",
                "Make sure that your answer is as strong as the objection.",
            )


@rule("limits-named", CommentKind.PRAISE, label="naming the limits of the work", weight=0.95, most=1)
def limits(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _LIMIT.finditer(prose.own):
        sentence = prose.sentence_at(match.start())
        if sentence:
            yield Remark(
                sentence.start,
                sentence.end,
                "You say what the evidence cannot show. That honesty makes the rest easier to trust.",
                "Say also in which direction it could change the result, if you know.",
            )


@rule("precise-figure", CommentKind.PRAISE, label="precise figures", weight=0.85, most=1)
def precise_figures(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for sentence in prose.sentences:
        own = prose.own_text(sentence)
        found = _MEASURED.findall(own)
        if len(found) >= 2 and _COMPARED.search(own) and not _SUPPOSED.search(own):
            yield Remark(
                sentence.start,
                sentence.end,
                "Exact figures with something to compare them to: the reader can judge the size of the "
                "difference without trusting an adjective.",
                strength=1.0 + 0.05 * min(len(found), 4),
            )


@rule("definition", CommentKind.PRAISE, label="terms that are defined", weight=0.8, most=1)
def definitions(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _DEFINITION.finditer(prose.own):
        sentence = prose.sentence_at(match.start())
        if sentence:
            yield Remark(
                sentence.start,
                sentence.end,
                "You say what the term means before you build on it, so that reader and writer talk about "
                "the same thing.",
                "Keep to exactly this meaning, and this word, in what follows.",
            )


@rule("signposting", CommentKind.PRAISE, label="clear signposting", weight=0.75, most=1)
def signposting(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for match in _SIGNPOST.finditer(prose.own):
        sentence = prose.sentence_at(match.start())
        if sentence and match.start() - sentence.start < 60:
            yield Remark(
                sentence.start,
                sentence.end,
                f"“{excerpt(match.group(), 40)}” tells the reader where they are in the argument. That "
                "makes the text easy to follow.",
            )


@rule("varied-rhythm", CommentKind.PRAISE, label="varied sentence length", weight=0.7, most=1)
def varied_rhythm(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """A short sentence right after a long one, in a text whose sentence lengths vary as a whole."""
    lengths = [sentence.length for sentence in prose.sentences]
    if len(lengths) < 6 or pstdev(lengths) < 0.4 * mean(lengths):
        return
    for paragraph in prose.paragraphs:
        for long, short in pairwise(paragraph.sentences):
            if (
                LONG <= long.length <= reader.sentence_words
                and 3 <= short.length <= SHORT
                and _is_statement(prose, short)
            ):
                yield Remark(
                    short.start,
                    short.end,
                    "This short sentence after a long one lands well. Your sentences vary in length, and "
                    "that carries the reader along.",
                    strength=1 + (long.length - short.length) / 100,
                )


def _is_statement(prose: Prose, sentence: Sentence) -> bool:
    text = prose.text[sentence.start : sentence.end]
    return text.endswith((".", "!")) and not _POINTING.match(text)
