"""Feedback on one section."""

from __future__ import annotations

from feedback.documents import words_in

from ..base import Comment, FeedbackOutput, SectionRequest
from . import checks  # noqa: F401 (importing it registers the rules)
from .reading.blocks import BlockKind
from .reading.headings import REFERENCES
from .reading.prose import Prose
from .reading.reader import Reader, reader_of
from .rubric import criterion_for
from .rules import WritingRule, clipped, excerpt, find_all, joined
from .selection import Choice, choose

MOST_SAID = 600  # characters of a message: what quotes the text may meet a word without an end
FEW_WORDS = 8  # less is a label or a caption
NEXT_STEPS = 3


def review_section(request: SectionRequest) -> FeedbackOutput:
    """Comments on the passages that matter most, best praise first, then by how much acting on them helps."""
    prose = Prose(request.text, heading_path=request.heading_path)
    if request.heading_path and REFERENCES.match(request.heading_path[-1]):
        return FeedbackOutput(summary=_REFERENCE_LIST)
    if len(prose.words) < FEW_WORDS:
        return FeedbackOutput(summary=_too_short(prose))
    reader = reader_of(request.task, prose)
    choices = choose(prose, find_all(prose, reader))
    return FeedbackOutput(
        summary=_summary(prose, reader, choices),
        strengths=[_strength(prose, choice) for choice in choices if choice.finding.rule.praise],
        next_steps=_next_steps(prose, choices),
        comments=[_comment(prose, choice, request) for choice in choices],
    )


NOT_CHECKED = "Spelling and grammar are not checked."
PARTLY_CHECKED = "Spelling was compared with word lists and grammar with a few rules, and both miss mistakes."
SPELLING_IN_GERMAN = (
    "Lass eine Rechtschreibprüfung über das Ganze laufen, und schlag nach, was sie anstreicht."
)
_REFERENCE_LIST = (
    "This is a list of references, so there is no prose to comment on. Check that each work cited in the "
    "text is listed "
    "here, that each work listed is cited, and that all entries follow one style. "
    "None of this, nor spelling and grammar, was checked."
)


def _too_short(prose: Prose) -> str:
    if all(block.kind is BlockKind.HEADING for block in prose.blocks):
        return "This section has a heading but no text yet."
    if len(prose.blocks) > len(prose.blocks_of_prose):
        return (
            "This section holds a table, code, a quotation or references, but hardly any prose of your own. "
            "A sentence before it that says what the reader should see in it would help."
        )
    return (
        "There are only a few words here, too little to comment on. What should the reader take from this "
        "section?"
    )


def _comment(prose: Prose, choice: Choice, request: SectionRequest) -> Comment:
    rule, remark, quote = choice.finding.rule, choice.finding.remark, choice.quote
    return Comment(
        kind=rule.kind,
        quote=prose.text[quote.start : quote.end],
        message=clipped(remark.message, MOST_SAID),
        suggestion=clipped(remark.suggestion, MOST_SAID),
        criterion=criterion_for(rule, request.task.criteria),
    )


def _strength(prose: Prose, choice: Choice) -> str:
    label = choice.finding.rule.label
    passage = excerpt(prose.text[choice.quote.start : choice.quote.end], 80)
    return f"{label[:1].upper()}{label[1:]}: “{passage}”"


def _next_steps(prose: Prose, choices: list[Choice]) -> list[str]:
    advice = (_advice(prose, choice.finding.rule) for choice in choices if not choice.finding.rule.praise)
    return list(dict.fromkeys(advice))[:NEXT_STEPS]


def _advice(prose: Prose, rule: WritingRule) -> str:
    return SPELLING_IN_GERMAN if prose.language.code == "de" and rule.name == "spelling" else rule.advice


def _summary(prose: Prose, reader: Reader, choices: list[Choice]) -> str:
    if prose.language.code == "de":
        return _summary_in_german(prose)
    paragraphs = len(prose.paragraphs)
    size = f"{words_in(prose.text):,} words in {paragraphs} paragraph{'s' if paragraphs != 1 else ''}"
    if not prose.language.english:
        return (
            f"{size}. This section seems to be written in {prose.language.name}. The rules for wording, "
            "grammar and argument are "
            "made for English, so they were not used; only the length of sentences and paragraphs was "
            f"looked at. {NOT_CHECKED}"
        )
    praise = list(dict.fromkeys(c.finding.rule.label for c in choices if c.finding.rule.praise))
    points = list(dict.fromkeys(c.finding.rule.label for c in choices if not c.finding.rule.praise))
    return " ".join(
        filter(
            None,
            (
                f"{size}, read as {reader.name} would.", _worked(praise), _would_help(points),
                checked(prose, found=bool(points)),
            ),
        )
    )  # fmt: skip


def checked(prose: Prose, *, found: bool) -> str:
    """That spelling and grammar were not looked at; or how far, where nothing was found."""
    return NOT_CHECKED if not prose.mechanics.whole else "" if found else PARTLY_CHECKED


def _summary_in_german(prose: Prose) -> str:
    paragraphs = len(prose.paragraphs)
    size = f"{words_in(prose.text)} Wörter in {paragraphs} {'Absatz' if paragraphs == 1 else 'Absätzen'}."
    spelling = (
        "Kleingeschriebene Wörter wurden mit einer Wortliste verglichen; Grammatik wird nicht geprüft."
        if prose.mechanics.whole
        else "Rechtschreibung und Grammatik werden nicht geprüft."
    )
    return (
        f"{size} Der Abschnitt scheint deutsch zu sein. Die Regeln für Wortwahl, Belege und Argument sind "
        f"für Englisch gemacht; angesehen wurde hier nur die Länge von Sätzen und Absätzen. {spelling}"
    )


def _worked(labels: list[str]) -> str:
    return f"What works: {joined(labels)}." if labels else ""


def _would_help(labels: list[str]) -> str:
    if not labels:
        return (
            "Nothing of what these rules look for was found. They look at a few signs of wording, evidence "
            "and paragraphs; whether the section is good and its argument holds is for a reader to say."
        )
    return f"A second look would help most at {joined(labels[:3])}."
