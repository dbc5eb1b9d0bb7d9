"""A text's slips: asked of the child in pieces of prose, and kept where the words are the writer's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedback.providers.offline.reading.blocks import BlockKind

from ..lexicon import words
from .client import LANGUAGES, check
from .slip import Slip, SlipKind
from .wording import AGREES, WHY

if TYPE_CHECKING:
    from feedback.providers.offline.reading.prose import Paragraph, Prose

PIECE = 2000  # characters that are asked at a time: the engine takes quadratic time over what is no prose
_WORD_BEFORE = re.compile(r"\w+\s+$")
_WORD_AFTER = re.compile(r"\s+\w+")
_BREAK = re.compile(r"[\n\t\r\f\v\u2028\u2029]")
_ENDED = re.compile(r"[.!?…][\"'”’)\]]*\s*\Z")
_MAY_DOUBLE = words("had that very so no bye ha is really")
_JOINS = ("-", "'", "’")
# what follows the pronoun, and not a variable or a numeral
_SELF = re.compile(
    r" (?:am|was|have|had|will|would|can|could|should|may|might|must|do|did|don['’]t|didn['’]t|can['’]t|think"
    r"|thought|believe|feel|felt|know|knew|want|like|love|need|agree|went|go|see|saw|say|said|get|got|mean|hope|wish|also"
    r"|really|never|always|just|still|\w+ed)\b"
)


@dataclass(frozen=True, slots=True)
class Mechanics:
    """What is wrong in a text, and whether all of it was looked at."""

    slips: tuple[Slip, ...]
    whole: bool  # False: spelling and grammar of some or all of it are not checked


NOT_CHECKED = Mechanics((), whole=False)


def read(prose: Prose) -> Mechanics:
    """One question to the child for the whole text."""
    language = prose.language.code
    if language not in LANGUAGES:
        return NOT_CHECKED
    pieces = list(_pieces(prose))
    kept = [(paragraph, start, end) for paragraph, start, end in pieces if end - start <= PIECE]
    answer = check([_BREAK.sub(" ", prose.text[start:end]) for _, start, end in kept], language)
    if answer is None:
        return NOT_CHECKED
    slips = tuple(
        moved
        for (paragraph, start, _), found in zip(kept, answer.paragraphs, strict=False)
        for slip in found
        if _holds(prose, paragraph, moved := _shown(prose, _moved(slip, start)))
    )
    return Mechanics(slips, whole=answer.whole and len(kept) == len(pieces))


def _pieces(prose: Prose) -> Iterator[tuple[Paragraph, int, int]]:
    """Whole sentences of one paragraph, as many as fit. A sentence that does not fit stands alone."""
    for paragraph in prose.blocks_of_prose:
        start = end = -1
        for sentence in paragraph.sentences:
            if start >= 0 and sentence.end - start > PIECE:
                yield paragraph, start, end
                start = -1
            start, end = (sentence.start if start < 0 else start), sentence.end
        if start >= 0:
            yield paragraph, start, end


def _moved(slip: Slip, by: int) -> Slip:
    return replace(slip, start=slip.start + by, end=slip.end + by)


def _shown(prose: Prose, slip: Slip) -> Slip:
    """One word of grammar with its neighbour, for "was" alone shows nobody what is meant: "We was"."""
    if slip.kind is not SlipKind.GRAMMAR or " " in prose.text[slip.start : slip.end]:
        return slip
    if WHY.get(slip.rule) == AGREES:
        before = _WORD_BEFORE.search(prose.text, max(0, slip.start - 40), slip.start)
        words = before.group() if before else ""
        return replace(slip, start=slip.start - len(words), correction=_with(words, slip.correction))
    following = _WORD_AFTER.match(prose.text, slip.end)
    words = following.group() if following else ""
    return replace(slip, end=slip.end + len(words), correction=_with("", slip.correction, words))


def _with(before: str, correction: str, after: str = "") -> str:
    return before + correction + after if correction else ""


def _holds(prose: Prose, paragraph: Paragraph, slip: Slip) -> bool:
    """The writer's own words, and none of the places where the engine is known to err."""
    if prose.own[slip.start : slip.end] != prose.text[slip.start : slip.end]:
        return False
    first, *rest = prose.text[slip.start : slip.end].split()
    if [word.lower() for word in rest] == [first.lower()]:
        return slip.rule == "RepeatedWords" and rest[0].islower() and rest[0] not in _MAY_DOUBLE
    if prose.text[slip.end : slip.end + 1] in _JOINS or prose.text[slip.start - 1 : slip.start] in _JOINS:
        return False  # a part of a longer word
    if slip.kind is SlipKind.SPELLING:
        technical = not slip.correction and "`" in prose.text  # names of software, written small
        return not technical and not _own_term(prose, prose.text[slip.start : slip.end])
    if slip.rule == "SentenceCapitalization":
        return _begins(prose, paragraph, slip)
    if slip.rule == "CapitalizePersonalPronouns":
        alone = prose.text[slip.start - 1 : slip.start] in ("", " ", "\n")
        return alone and bool(_SELF.match(prose.text, slip.start + 1))
    return True


def _own_term(prose: Prose, word: str) -> bool:
    """A word that the text uses again, also as a name or in its headings: a term, and not a slip."""
    headings = " ".join(prose.heading_path).lower()
    return prose.text.lower().count(word.lower()) > 1 or word.lower() in headings


def _begins(prose: Prose, paragraph: Paragraph, slip: Slip) -> bool:
    """Whether a sentence begins here by our own reading too, after one that ended."""
    if paragraph.kind is not BlockKind.PARAGRAPH:
        return False
    if all(sentence.start != slip.start for sentence in paragraph.sentences):
        return False
    before = prose.text[: slip.start].rstrip()
    return not before or bool(_ENDED.search(before[-4:]))
