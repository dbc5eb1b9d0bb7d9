"""One reader for each format. What a file is, its content decides; its name only chooses between texts."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from ..blocks import assemble
from ..encoding import decode, looks_binary
from ..errors import Corrupt, Encrypted, WrongType
from ..headings import promote
from ..model import Limits, Parsed
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
_NAMES = {
    Format.DOCX: "a Word document (.docx)",
    Format.ODT: "an OpenDocument text (.odt)",
    Format.PDF: "a PDF",
    Format.MARKDOWN: "a Markdown text",
    Format.PLAIN: "plain text",
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "Please open it and save it as .docx or .pdf, then upload that."
_OTHER_TYPES = (
    (b"{\\rtf", f"This is an RTF document. {_SAVE_AS}"),
    (_OLE, f"This is a document of an old Office version (.doc). {_SAVE_AS}"),
    (b"\x89PNG", "This is a picture. Please upload the document itself."),
    (b"\xff\xd8\xff", "This is a picture. Please upload the document itself."),
    (b"GIF8", "This is a picture. Please upload the document itself."),
)
_PAGES = "This is a Pages document. Please export it from Pages as Word (.docx) or PDF, then upload that."
_OTHER_OFFICE = (
    (r"index\.xml|index/document\.iwa|index\.zip", _PAGES),
    (r"xl/workbook\.xml", "This is a spreadsheet. Please upload the text as .docx, .odt, .pdf, .md or .txt."),
    (
        r"ppt/presentation\.xml",
        "This is a set of slides. Please upload the text as .docx, .odt, .pdf, .md or .txt.",
    ),
)


def read(data: bytes, suffix: str, limits: Limits) -> Parsed:
    """Read a file of any accepted format; suffix is its name's, lower case with the dot, or empty."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_archive(Archive(data, limits), suffix, limits)
    if b"%PDF-" in data[:1024]:
        from .pdf import read_pdf  # 200 ms that only a PDF pays

        blocks, warnings = read_pdf(data, limits)
        return assemble(blocks, limits, [*_misnamed(Format.PDF, suffix), *warnings])
    return _read_text(data, suffix, limits)


def _read_archive(archive: Archive, suffix: str, limits: Limits) -> Parsed:
    if archive.find(r"word/document\d*\.xml"):
        from .docx import read_docx  # each reader only where it is needed

        return assemble(promote(list(read_docx(archive))), limits, _misnamed(Format.DOCX, suffix))
    if archive.find("mimetype") and archive.read("mimetype").startswith(
        b"application/vnd.oasis.opendocument.text"
    ):
        from .odt import read_odt

        return assemble(promote(list(read_odt(archive))), limits, _misnamed(Format.ODT, suffix))
    for pattern, message in _OTHER_OFFICE:
        if archive.find(pattern):
            raise WrongType(message)
    if _SUFFIXES.get(suffix) in {Format.DOCX, Format.ODT}:
        raise Corrupt
    raise WrongType("This is a zip archive. Please upload the document itself.")


def _read_text(data: bytes, suffix: str, limits: Limits) -> Parsed:
    _refuse_other_types(data, suffix)
    text, warning = decode(data)
    warnings = [warning] if warning else []
    if _SUFFIXES[suffix] is Format.MARKDOWN:
        from .markdown import read_markdown

        return assemble(read_markdown(text), limits, warnings)
    from .plain import read_plain

    return assemble(read_plain(text), limits, warnings)


def _refuse_other_types(data: bytes, suffix: str) -> None:
    if data.startswith(_OLE) and _ENCRYPTED_PACKAGE in data:
        raise Encrypted
    for magic, message in _OTHER_TYPES:
        if data.startswith(magic):
            raise WrongType(message)
    named = _SUFFIXES.get(suffix)
    if suffix == ".pages":
        raise WrongType(_PAGES)
    if named is None:
        raise WrongType
    if named in {Format.DOCX, Format.ODT, Format.PDF}:
        if looks_binary(data):
            raise Corrupt
        raise WrongType(f"This file is named {suffix}, but inside it is not {_NAMES[named]}. {_SAVE_AS}")
    if data[:256].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise WrongType("This is a web page. Please upload the text as .docx, .odt, .pdf, .md or .txt.")


def _misnamed(found: Format, suffix: str) -> Iterator[str]:
    if _SUFFIXES.get(suffix) is not found:
        named = f"named {suffix}" if suffix else "named without an ending"
        yield f"The file is {named}, but it is {_NAMES[found]} and was read as one."
