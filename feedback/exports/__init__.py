"""A document with its comments as a file to keep: Word, PDF, Markdown. Leaves: they know no models."""

from __future__ import annotations

from collections.abc import Callable

from .markdown import markdown
from .model import Block, Export, Note, Piece, Titles


def _word(export: Export) -> bytes:
    """Its library is loaded with the first one, as the PDF's is: time that most processes never need."""
    from .word import word

    return word(export)


def _pdf(export: Export) -> bytes:
    from .pdf import pdf

    return pdf(export)


# By the ending of the file: how it is made, and what it is.
FORMATS: dict[str, tuple[Callable[[Export], bytes], str]] = {
    "docx": (_word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (_pdf, "application/pdf"),
    "md": (markdown, "text/markdown; charset=utf-8"),
}

__all__ = ["FORMATS", "Block", "Export", "Note", "Piece", "Titles"]
