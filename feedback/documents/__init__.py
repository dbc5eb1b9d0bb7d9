"""Documents: from an uploaded file to text, from text to sections, from a quotation to its place.

A leaf without Django: `parse` reads a file in a limited child process, `split` and `resplit` make sections,
`anchor` and `render_spans` tie comments to the words they speak of.
"""

from __future__ import annotations

from .anchoring.anchors import Span, anchor
from .anchoring.corrections import SplitError, resplit
from .anchoring.differences import Difference, DiffSpan, Row, State, compare
from .anchoring.spans import Piece, render_spans
from .characters.emphasis import Emphasis, Style
from .characters.text import count_words, words_in
from .errors import (
    Corrupt,
    DocumentError,
    Empty,
    Encrypted,
    Garbled,
    Interrupted,
    NoText,
    TimedOut,
    TooComplex,
    TooLarge,
    WrongType,
)
from .parsing import ACCEPTED_SUFFIXES, check_size, parse
from .structure.model import Heading, Limits, Parsed
from .structure.outline import (
    Cut,
    DivisionPoint,
    Outline,
    carried,
    covers,
    divided,
    division_points,
    merged,
    outline_of,
    outlined,
    renamed,
)
from .structure.sections import MAX_WORDS, MIN_WORDS, Section, split
from .wrong_files import wrong_kind

__all__ = [
    "ACCEPTED_SUFFIXES", "MAX_WORDS", "MIN_WORDS", "Corrupt", "Cut", "DiffSpan", "Difference",
    "DivisionPoint", "DocumentError", "Emphasis", "Empty", "Encrypted", "Garbled", "Heading", "Interrupted",
    "Limits", "NoText", "Outline", "Parsed", "Piece", "Row", "Section", "Span", "SplitError", "State",
    "Style", "TimedOut", "TooComplex", "TooLarge", "WrongType", "anchor", "carried", "check_size", "compare",
    "count_words", "covers", "divided", "division_points", "merged", "outline_of", "outlined", "parse",
    "renamed", "render_spans", "resplit", "split", "words_in", "wrong_kind",
]  # fmt: skip
