"""A sentence that stands alone and speaks of nothing else in the document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...base import CommentKind
from ..rules import Remark
from .checks import check
from .whole import Whole, content

LONGEST = 16  # words: a longer one makes a point of its own
SHORT = 9  # words: one so short may share a word with the rest, if half of it is new
FEWEST = 2  # words that carry meaning
ENOUGH = 100  # words of a document in which a subject can be left

_WHOLE = re.compile(r"[A-Z][^\n]*[\w)]\.\s*\Z")
_POINTS_ON = re.compile(
    r"[:;?…]|\bfollow(?:s|ed|ing)?\b|\b(?:I|thanks?)\b|^\s*(?:this|these|that|those|it|he|she|they|such"
    r"|so|thus|therefore|here|see|record|note|finally|however|but|and|first|second)\b",
    re.IGNORECASE,
)


@check(
    "stray-sentence",
    CommentKind.STRUCTURE,
    label="a sentence that belongs to nothing around it",
    weight=0.85,
    advice="Take out what does not serve the question of the text.",
)
def stray(whole: Whole) -> Iterator[Remark]:
    if whole.words < ENOUGH:
        return
    for place, paragraph in whole.paragraphs():
        sentence = paragraph.sentences[0]
        text = place.prose.own_text(sentence)
        if len(paragraph.sentences) > 1 or sentence.length > LONGEST or not _WHOLE.match(text):
            continue
        words = content(text)
        elsewhere = sum(whole.roots[word[:5]] > _own(words, word) for word in words)
        few = len(words) / 2 if sentence.length <= SHORT else 0
        if len(words) < FEWEST or elsewhere > few or _POINTS_ON.search(text):
            continue
        yield Remark(
            place.start + sentence.start,
            place.start + sentence.end,
            f"This sentence stands alone, and {'hardly anything' if elsewhere else 'nothing'} that it speaks "
            "of comes up anywhere else in the text.",
            "What has it to do with your question? Say so in a sentence or two, or take it out.",
        )


def _own(words: list[str], word: str) -> int:
    return sum(other[:5] == word[:5] for other in words)
