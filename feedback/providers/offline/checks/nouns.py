"""Nouns stacked in a row, of which only the last one is the thing meant."""

from __future__ import annotations

from collections.abc import Iterator

from feedback.providers.offline.reading.prose import Prose, Sentence, Word
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.grammar import FUNCTION_WORDS
from ..lexicon.wording import NOUN_ENDINGS, NOUNS
from ..rules import Remark, rule
from .repetition import stem

STACK = 4


@rule(
    "noun-stack",
    CommentKind.CLARITY,
    label="long stacks of nouns",
    weight=0.6,
    advice="Unpack the noun stacks from the back, with “of”, “for” and “in”.",
)
def noun_stacks(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for sentence in prose.sentences:
        for stack in _stacks(prose, sentence):
            first, last = stack[0], stack[-1]
            words = [word.text for word in stack]
            yield Remark(
                first.start,
                last.end,
                f"“{' '.join(words)}” is {len(stack)} nouns in a row. The reader learns only at the last "
                "one what the thing is.",
                f"Unpack it from the end: “the {words[-1]} of …” or “the {words[-1]} for …”, then "
                f"“{' '.join(words[:-1])}” in smaller parts.",
                strength=1.0 + 0.2 * (len(stack) - STACK),
            )


def _stacks(prose: Prose, sentence: Sentence) -> Iterator[list[Word]]:
    run: list[Word] = []
    for word in sentence.words:
        adjacent = not run or prose.own[run[-1].end : word.start].isspace()
        if is_noun(word.text) and prose.is_own(word) and prose.text[word.start].islower() and adjacent:
            run.append(word)
            continue
        if len(run) >= STACK:
            yield run
        run = [word] if is_noun(word.text) and prose.text[word.start].islower() else []
    if len(run) >= STACK:
        yield run


def is_noun(word: str) -> bool:
    """A noun for sure: from the list or by its ending. Without a parser, doubtful words are no nouns."""
    if word in FUNCTION_WORDS:
        return False
    return stem(word) in NOUNS or (len(word) > 6 and stem(word).endswith(NOUN_ENDINGS))
