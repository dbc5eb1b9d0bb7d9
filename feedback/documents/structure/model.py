"""The values that parsing and splitting exchange. Offsets count characters of the normalised text."""

from __future__ import annotations

from dataclasses import dataclass

from feedback.documents.characters.emphasis import Emphasis
from feedback.messages.model import Message

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the work that a document may cost. The defaults leave a thesis room and an attack none."""

    max_bytes: int = 20 * _MIB  # of the file as uploaded
    max_words: int = 100_000
    max_pages: int = 600  # of a PDF
    max_entries: int = 5_000  # files inside a .docx or .odt
    max_unpacked_bytes: int = 200 * _MIB  # all of them together, as declared
    max_part_bytes: int = 50 * _MIB  # each one that is read, as measured
    max_ratio: int = 200  # unpacked to packed, of each part that is read and larger than 1 MiB
    memory_bytes: int = 768 * _MIB  # address space of the child process
    cpu_seconds: int = 30
    wall_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, where text[start:end] is its title and level counts from 1, the highest."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as normalised text. The warnings are messages for its student."""

    text: str
    headings: tuple[Heading, ...]
    words: int
    warnings: tuple[Message, ...] = ()
    emphasis: tuple[Emphasis, ...] = ()  # in the order of the text
