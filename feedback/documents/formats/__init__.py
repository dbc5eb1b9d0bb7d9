"""Readers of documents, one for each format. The content decides; a name only chooses between texts."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from feedback.documents.characters.encoding import decode, looks_binary
from feedback.documents.structure.blocks import assemble
from feedback.documents.structure.headings import promote
from feedback.documents.structure.model import Limits, Parsed
from feedback.messages.model import Message, message

from .. import messages
from ..errors import Corrupt, WrongType
from ..wrong_files import refuse_by_content
from .archive import Archive


class Format(StrEnum):
    DOCX = "docx"
    ODT = "odt"
    PDF = "pdf"
    MARKDOWN = "md"
    PLAIN = "txt"


_SUFFIXES = {
    ".docx": Format.DOCX, ".docm": Format.DOCX, ".dotx": Format.DOCX, ".odt": Format.ODT, ".ott": Format.ODT,
    ".pdf": Format.PDF, ".md": Format.MARKDOWN, ".markdown": Format.MARKDOWN,
    ".txt": Format.PLAIN, ".text": Format.PLAIN, "": Format.PLAIN,
}  # fmt: skip

_OTHER_OFFICE = (
    (r"META-INF/container\.xml", messages.BOOK),
    (r"index\.xml|index/document\.iwa|index\.zip", messages.APPLE_PAGES),
    (r"xl/workbook\.xml", messages.SPREADSHEET),
    (r"ppt/presentation\.xml", messages.SLIDES),
)

_OTHER_OPEN_DOCUMENT = (
    (b"application/vnd.oasis.opendocument.spreadsheet", messages.SPREADSHEET),
    (b"application/vnd.oasis.opendocument.presentation", messages.SLIDES),
    (b"application/vnd.oasis.opendocument.graphics", messages.PICTURE_FILE),
)


def prepare(data: bytes) -> None:
    """Load the engine that this file needs, while loading native code is still allowed."""
    if _is_pdf(data):
        from .portable import pdf  # noqa: F401 - 100 ms that only a PDF pays


def read(data: bytes, suffix: str, limits: Limits) -> Parsed:
    """Read a file of any accepted format; suffix is its name's, lower case with the dot, or empty."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_archive(Archive(data, limits), suffix, limits)
    if _is_pdf(data):
        from .portable.pdf import read_pdf

        blocks, warnings = read_pdf(data, limits)
        return assemble(blocks, limits, [*_misnamed(Format.PDF, suffix), *warnings])
    return _read_text(data, suffix, limits)


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024]


def _read_archive(archive: Archive, suffix: str, limits: Limits) -> Parsed:
    if archive.find(r"word/document\d*\.xml"):
        from .word.docx import read_docx  # each reader only where it is needed

        blocks, unread = read_docx(archive)
        return assemble(promote(blocks), limits, [*_misnamed(Format.DOCX, suffix), *unread.warnings()])
    if archive.find("mimetype") and archive.read("mimetype").startswith(
        b"application/vnd.oasis.opendocument.text"
    ):
        from .opendocument.odt import read_odt

        blocks, unread = read_odt(archive)
        return assemble(promote(blocks), limits, [*_misnamed(Format.ODT, suffix), *unread.warnings()])
    kind = archive.read("mimetype") if archive.find("mimetype") else b""
    for mark, code in _OTHER_OPEN_DOCUMENT:
        if kind.startswith(mark):
            raise WrongType(code)
    for pattern, code in _OTHER_OFFICE:
        if archive.find(pattern):
            raise WrongType(code)
    if _SUFFIXES.get(suffix) in {Format.DOCX, Format.ODT}:
        raise Corrupt
    raise WrongType(messages.ARCHIVE)


def _read_text(data: bytes, suffix: str, limits: Limits) -> Parsed:
    _refuse_other_types(data, suffix)
    text, warning = decode(data)
    warnings = [warning] if warning else []
    if _SUFFIXES[suffix] is Format.MARKDOWN:
        from .markdown import read_markdown

        blocks, unread = read_markdown(text)
        return assemble(blocks, limits, [*warnings, *unread.warnings()])
    from .plain import read_plain

    return assemble(read_plain(text), limits, warnings)


def _refuse_other_types(data: bytes, suffix: str) -> None:
    refuse_by_content(data, suffix)
    named = _SUFFIXES.get(suffix)
    if named is None:
        raise WrongType
    if named in {Format.DOCX, Format.ODT, Format.PDF}:
        if looks_binary(data):
            raise Corrupt
        raise WrongType(message(messages.NOT_WHAT_IT_IS_NAMED, ending=suffix, kind=named.value))


def _misnamed(found: Format, suffix: str) -> Iterator[Message]:
    if _SUFFIXES.get(suffix) is not found:
        if suffix:
            yield message(messages.MISNAMED, ending=suffix, kind=found.value)
        else:
            yield message(messages.UNNAMED, kind=found.value)
