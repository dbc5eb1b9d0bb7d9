"""Documents: from an uploaded file to text, from text to sections, from a quotation to its place.

A leaf without Django: `parse` reads a file in a limited child process, `split` and `resplit` make sections,
`anchor` and `render_spans` tie comments to the words they speak of.
"""

from __future__ import annotations

from .anchors import Span, anchor
from .corrections import SplitError, resplit
from .errors import (
    Corrupt,
    DocumentError,
    Empty,
    Encrypted,
    NoText,
    TimedOut,
    TooComplex,
    TooLarge,
    WrongType,
)
from .model import Heading, Limits, Parsed
from .parsing import ACCEPTED_SUFFIXES, check_size, parse
from .sections import MAX_WORDS, MIN_WORDS, Section, split
from .spans import Piece, render_spans

__all__ = [
    "ACCEPTED_SUFFIXES", "MAX_WORDS", "MIN_WORDS",
    "Corrupt", "DocumentError", "Empty", "Encrypted", "Heading", "Limits", "NoText", "Parsed", "Piece",
    "Section", "Span", "SplitError", "TimedOut", "TooComplex", "TooLarge", "WrongType",
    "anchor", "check_size", "parse", "render_spans", "resplit", "split",
]  # fmt: skip
