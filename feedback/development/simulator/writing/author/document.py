"""Feedback on a whole document: what only the whole shows."""

from __future__ import annotations

import random
import re
from itertools import pairwise

from feedback.providers.base import Comment, CommentKind, CriterionLevel, FeedbackOutput

from .material import Document, Section
from .section import DEFAULT_LEVELS
from .sentences import listed, quote, sentences, topics, words


def about_document(document: Document, chance: random.Random) -> FeedbackOutput:
    written = [section for section in document.sections if sentences(section.text)]
    written = [section for section in written if not _LISTS.search(section.heading)] or written
    if not written:
        return FeedbackOutput(summary="There is no text here to comment on yet.")
    return FeedbackOutput(
        summary=_summary(document, written),
        strengths=_strengths(written),
        next_steps=_next_steps(document, written),
        comments=_comments(written),
        levels=_levels(document, written, chance),
    )


# Sections that list and argue nothing.
_LISTS = re.compile(
    r"\b(references|bibliography|works cited|appendix|literatur\w*|quellen|anhang)\b", re.IGNORECASE
)


def _name(section: Section) -> str:
    return f'"{section.heading}"' if section.heading else "a section without a heading"


def _length(section: Section) -> int:
    return len(words(section.text))


def _summary(document: Document, written: list[Section]) -> str:
    thread = topics(" ".join(section.text for section in written))
    names = listed([_name(section) for section in written[:4]])
    more = f" and {len(written) - 4} more" if len(written) > 4 else ""
    title = f'"{document.title}"' if document.title else "The document"
    parts = [f"{title} takes its reader through {names}{more}."]
    if thread:
        parts.append(f"It keeps coming back to {listed(thread)}, and so a reader knows what it is about.")
    if document.findings:
        parts.append(
            f"The {len(document.findings)} comments on single passages come down to a few habits, "
            "so working on one of them improves every section."
        )
    return " ".join(parts)


def _strengths(written: list[Section]) -> list[str]:
    shared = [
        topic
        for first, second in pairwise(written)
        for topic in topics(first.text, 6)
        if topic in topics(second.text, 6)
    ]
    strengths = ["Each section has a job of its own, and the headings say which."] if len(written) > 1 else []
    if shared:
        strengths.append(
            f"Neighbouring sections pick up each other's subject ({shared[0]}), so the line doesn't break."
        )
    return strengths or ["The document has one subject and stays with it."]


def _next_steps(document: Document, written: list[Section]) -> list[str]:
    steps = ["Write one sentence for each section that says what it adds, and read them in a row."]
    longest, shortest = max(written, key=_length), min(written, key=_length)
    if _length(longest) > 2 * _length(shortest):
        steps.append(f"Balance the parts: {_name(longest)} is more than twice as long as {_name(shortest)}.")
    if document.findings:
        steps.append(
            "Take the kind of comment that comes most often, and go through the whole text for that alone."
        )
    return steps


def _comments(written: list[Section]) -> list[Comment]:
    """One where two sections meet, one where a subject returns, one on how the end answers the beginning."""
    comments = []
    opening, ending = sentences(written[0].text)[0], sentences(written[-1].text)[-1]
    for before, after in list(pairwise(written))[:2]:
        comments.append(_at_the_seam(before, after))
    comments.append(
        Comment(
            kind=CommentKind.ARGUMENT,
            quote=quote(ending),
            message="This is the last thing that the reader takes away. Hold it against your opening "
            f'("{quote(opening)[:80]}"): does the document answer what it began with?',
            suggestion="Pick up a word of the opening at the end, and say what the reader knows now.",
        )
    )
    return comments


def _at_the_seam(before: Section, after: Section) -> Comment:
    shared = [topic for topic in topics(after.text, 6) if topic in topics(before.text, 6)]
    first = quote(sentences(after.text)[0])
    if shared:
        return Comment(
            kind=CommentKind.STRUCTURE,
            quote=first,
            message=f"{_name(after)} takes up {shared[0]} from {_name(before)}. "
            "Is it the same point again, or the next step?",
            suggestion="Say at the start what is new here.",
        )
    return Comment(
        kind=CommentKind.STRUCTURE,
        quote=first,
        message=f"Between {_name(before)} and {_name(after)} the subject changes, "
        "and the reader isn't told why.",
        suggestion="A half-sentence that looks back would carry the reader across.",
    )


def _levels(document: Document, written: list[Section], chance: random.Random) -> list[CriterionLevel]:
    everything = [sentence for section in written for sentence in sentences(section.text)]
    return [
        CriterionLevel(
            criterion=criterion.name,
            level=chance.choice((criterion.levels or DEFAULT_LEVELS)[1:] or DEFAULT_LEVELS),
            evidence=quote(chance.choice(everything)),
            justification=f"Read this passage for {criterion.name.lower()}: much of the text is like it.",
        )
        for criterion in document.criteria
    ]
