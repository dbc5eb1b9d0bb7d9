"""A text as the rules see it: paragraphs, sentences and words that know their place in the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

from feedback.providers.offline.mechanics import reading

from .blocks import Block, BlockKind, split_blocks
from .language import Language, detect
from .spans import Span, find_citations, find_foreign, find_quotations, masked

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIKELY_END = re.compile(r"(?<=[\w)\]”\"][.!?])\s+(?=[A-Z“\"‘])")
WINDOW = 4000  # characters that are split into sentences at a time
PROSE_KINDS = (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)


class Word(NamedTuple):
    text: str  # lower case, straight apostrophes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    words: tuple[Word, ...]  # quoted ones included: they count for length

    @property
    def length(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: BlockKind
    start: int
    end: int
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> int:
        return sum(sentence.length for sentence in self.sentences)


class Prose:
    """One section's text, read once and shared by every rule.

    `own` is the text at the same length with quotations, citations, links, tables and code hidden:
    rules about the writer's own wording search there and find offsets that hold in `text`.
    """

    def __init__(self, text: str, *, heading_path: tuple[str, ...] = ()) -> None:
        self.text = text
        self.heading_path = heading_path
        self.language: Language = detect(text)
        self.blocks: tuple[Block, ...] = split_blocks(text, heading_path)
        self.quotations: tuple[Span, ...] = find_quotations(text)
        self.citations: tuple[Span, ...] = find_citations(text)
        self.own: str = masked(
            text, [*self.quotations, *self.citations, *find_foreign(text), *self._not_prose()]
        )
        self.blocks_of_prose: tuple[Paragraph, ...] = tuple(self._read())

    def _not_prose(self) -> Iterator[Span]:
        return (Span(block.start, block.end) for block in self.blocks if block.kind not in PROSE_KINDS)

    def _read(self) -> Iterator[Paragraph]:
        for block in self.blocks:
            if block.kind in PROSE_KINDS:
                sentences = tuple(split_sentences(self.text, block.start, block.end, self.language.code))
                yield Paragraph(block.kind, block.start, block.end, sentences)

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Paragraphs of running prose: no list items, and no captions or labels without a verb's length."""
        return tuple(p for p in self.blocks_of_prose if p.kind is BlockKind.PARAGRAPH and p.words >= 4)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for paragraph in self.blocks_of_prose for sentence in paragraph.sentences)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for sentence in self.sentences for word in sentence.words)

    @cached_property
    def mechanics(self) -> reading.Mechanics:
        """Slips of spelling and grammar, asked of the engine's child process when first wanted."""
        return reading.read(self)

    def own_text(self, span: Sentence | Paragraph | Span) -> str:
        return self.own[span.start : span.end]

    def is_own(self, word: Word) -> bool:
        """Whether the word is the writer's, not quoted."""
        return self.own[word.start] == self.text[word.start]

    def index_at(self, offset: int) -> int:
        """The index of the last sentence that begins at or before an offset; -1: none does."""
        return bisect_right(self._starts, offset) - 1

    def sentence_at(self, offset: int) -> Sentence | None:
        index = self.index_at(offset)
        return self.sentences[index] if index >= 0 and offset < self.sentences[index].end else None

    def cites(self, start: int, end: int) -> bool:
        """Whether a citation begins inside these offsets."""
        index = bisect_right(self._citation_starts, start - 1)
        return index < len(self.citations) and self.citations[index].start < end

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    @cached_property
    def _citation_starts(self) -> list[int]:
        return [span.start for span in self.citations]


def split_sentences(text: str, start: int, end: int, language: str) -> Iterator[Sentence]:
    """Sentences between two offsets, split by sentencex (rules for some 300 languages, no download)."""
    for first, last in _boundaries(text, start, end, language):
        words = tuple(words_in(text, first, last))
        raw = text[first:last]
        if words:
            begin = first + len(raw) - len(raw.lstrip())
            yield Sentence(begin, begin + len(raw.strip()), words)


def _boundaries(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    open_since: int | None = None  # a sentence that goes on in the next window
    for first, last, ended in _windows(text, start, end):
        for found in get_sentence_boundaries(language, _SURROGATE.sub("\ufffd", text[first:last])):
            begin, finish = first + found["start_index"], first + found["end_index"]
            begin, open_since = (begin if open_since is None else open_since), None
            if finish == last and not ended:
                open_since = begin
            else:
                yield begin, finish
    if open_since is not None:
        yield open_since, end


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Pieces of at most WINDOW characters, and whether a sentence ends with each.

    sentencex takes quadratic time where quotation marks are opened and never closed.
    """
    while end - start > WINDOW:
        ends = [match.end() for match in _LIKELY_END.finditer(text, start, start + WINDOW)]
        cut = ends[-1] if ends else max(text.rfind(" ", start, start + WINDOW) + 1, start + WINDOW // 2)
        yield start, cut, bool(ends)
        start = cut
    yield start, end, True


def words_in(text: str, start: int, end: int) -> Iterator[Word]:
    for match in _WORD.finditer(text, start, end):
        yield Word(match.group().lower().replace("’", "'"), *match.span())
