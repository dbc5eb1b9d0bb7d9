"""How paragraphs open, how they join, and whether they are paragraphs at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from feedback.providers.offline.reading.phrases import any_of
from feedback.providers.offline.reading.prose import Paragraph, Prose, Sentence
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.grammar import CONNECTIVES, DEMONSTRATIVES, FUNCTION_WORDS, OPENERS, PRONOUNS
from ..rules import Remark, excerpt, rule
from .repetition import stem

FULL_PARAGRAPH = 40  # words
FULL_LENGTH = 4  # sentences from which a paragraph needs its point said first
TOPIC_LOOKAHEAD = 12  # words in which a link to the paragraph before is looked for

_LINK = any_of(CONNECTIVES)
# words for a part of an argument: they place the paragraph in it
_ROLE = re.compile(
    r"\b(?:objections?|reasons?|arguments?|explanations?|examples?|consequences?|results?|questions?|answers?)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\s*(?:for example|for instance|such as|e\.g\.)", re.IGNORECASE)
_CONCLUDES = re.compile(
    r"\s*(?:so|thus|therefore|hence|clearly|in short|as a result|for this reason|all (?:of )?this|"
    r"this (?:\w+ )?(?:shows|means|suggests|proves|is why))\b",
    re.IGNORECASE,
)


def _content(sentence: Sentence) -> frozenset[str]:
    return frozenset(
        stem(word.text) for word in sentence.words if len(word.text) > 3 and word.text not in FUNCTION_WORDS
    )


@rule(
    "missing-transition",
    CommentKind.STRUCTURE,
    label="paragraphs that begin without a link",
    weight=0.75,
    advice="Open each paragraph with a phrase that says how it follows from the one before.",
)
def missing_transitions(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for before, after in pairwise(prose.paragraphs):
        if min(len(before.sentences), len(after.sentences)) < 2 or _between(prose, before, after):
            continue
        opening = after.sentences[0]
        known = frozenset().union(*map(_content, before.sentences))
        if _links(prose, opening) or _content(opening) & known:
            continue
        yield Remark(
            opening.start,
            opening.end,
            "A new paragraph starts here without a word that ties it to the one before, so the reader has "
            "to guess "
            "whether it continues, contrasts or begins something new.",
            "The paragraph before ends with "
            f"“{excerpt(prose.text[before.sentences[-1].start : before.end], 60)}”. Take up one idea "
            "from it, or name the relation: “As a result, …”, “A second reason …”, “By contrast, …”.",
        )


def _between(prose: Prose, before: Paragraph, after: Paragraph) -> bool:
    """A heading, list or table stands between them and makes the break clear."""
    return any(before.end <= block.start < after.start for block in prose.blocks)


def _links(prose: Prose, opening: Sentence) -> bool:
    head = opening.words[:TOPIC_LOOKAHEAD]
    passage = prose.own[opening.start : head[-1].end]
    return (
        head[0].text in OPENERS
        or bool(_LINK.search(passage) or _ROLE.search(passage))
        or any(word.text in DEMONSTRATIVES for word in head)
        or any(word.text in PRONOUNS for word in head[:4])
    )


@rule(
    "short-paragraph",
    CommentKind.STRUCTURE,
    label="paragraphs of a single sentence",
    weight=0.55,
    advice="Join one-sentence paragraphs to a neighbour, or develop them.",
)
def short_paragraphs(prose: Prose, reader: Reader) -> Iterator[Remark]:
    """Only among full paragraphs: a text of single sentences is a style (news, notes), not a slip."""
    full = [paragraph for paragraph in prose.paragraphs if paragraph.words >= FULL_PARAGRAPH]
    if len(full) < 2:
        return
    for paragraph in prose.paragraphs:
        if len(paragraph.sentences) == 1 and not prose.own[: paragraph.end].rstrip().endswith(":"):
            yield Remark(
                paragraph.start,
                paragraph.end,
                "This paragraph is a single sentence among fuller ones. It looks like a headline, but the "
                "point is left undeveloped.",
                "Add the reason, an example and what follows from it; or, if it belongs to the paragraph "
                "before, join them.",
            )


@rule(
    "topic-sentence",
    CommentKind.STRUCTURE,
    label="paragraphs whose first sentence does not say what they are about",
    weight=0.7,
    advice="Let the first sentence of each paragraph state its point.",
)
def topic_sentences(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for index, paragraph in enumerate(prose.paragraphs):
        if len(paragraph.sentences) < FULL_LENGTH:
            continue
        first, last = paragraph.sentences[0], paragraph.sentences[-1]
        why = _no_topic(prose, first, last, opening=index == 0)
        if why:
            closing = excerpt(prose.text[last.start : last.end], 60)
            yield Remark(
                first.start,
                first.end,
                f"{why} Readers look to the first sentence for the point that the rest supports.",
                f"Put the point first. Perhaps it is in your last sentence, “{closing}”: try moving it up, "
                "and "
                "then bring this in as support.",
            )


def _no_topic(prose: Prose, first: Sentence, last: Sentence, *, opening: bool) -> str:
    own = prose.own_text(first)
    if any(first.start <= span.start < first.start + 3 for span in prose.quotations):
        return "The paragraph opens with somebody else's words, before the reader knows what they are for."
    if _EXAMPLE.match(own):
        return "The paragraph opens with an example, before the reader knows of what."
    if own.rstrip().endswith("?") and not opening:
        return "The paragraph opens with a question, and its point comes later."
    if _CONCLUDES.match(prose.own_text(last)) and not _content(first) & _content(last):
        return "The paragraph starts with a detail, and its point seems to come at the end."
    return ""
