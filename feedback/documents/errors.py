"""Errors of documents that cannot be read, each with a sentence for the student on what to do.

The docstring is the default message; the code is what is stored and counted.
"""

from __future__ import annotations

from typing import ClassVar


class DocumentError(Exception):
    """This document could not be read."""

    code: ClassVar[str] = "unreadable"

    def __init__(self, message: str = "") -> None:
        self.message = message or " ".join((type(self).__doc__ or "").split())
        super().__init__(self.message)

    @staticmethod
    def of(code: str, message: str = "") -> DocumentError:
        """The error with this code: how one that was raised in the child is raised again in the parent."""
        return _BY_CODE.get(code, DocumentError)(message)


class Empty(DocumentError):
    """This document is empty: there is no text in it to give feedback on."""

    code = "empty"


class TooLarge(DocumentError):
    """This document is too large."""

    code = "too_large"


class WrongType(DocumentError):
    """This kind of file cannot be read. Please upload .docx, .odt, .pdf, .md or .txt."""

    code = "wrong_type"


class Encrypted(DocumentError):
    """This document is protected by a password. Please remove the password and upload it again."""

    code = "encrypted"


class Corrupt(DocumentError):
    """This file is damaged and cannot be opened. Please save or export it again and upload the new copy."""

    code = "corrupt"


class TooComplex(DocumentError):
    """This file is built in a way that is too complex to read safely. Please copy its text into a new
    document and upload that, or paste the text."""

    code = "too_complex"


class NoText(DocumentError):
    """This PDF holds pictures of pages but no text, as a scan does. Please upload the document that it was
    made from, or run text recognition (OCR) on it first."""

    code = "no_text"


class Garbled(DocumentError):
    """The letters of this PDF cannot be read: its fonts do not say which letters they show, so copying text
    from it gives nonsense as well. Please upload the document that it was made from, or print it to a new
    PDF and run text recognition (OCR) on that."""

    code = "garbled"


class TimedOut(DocumentError):
    """Reading this document took too long. Please copy its text into a new document and upload that, or
    paste the text."""

    code = "timed_out"


_BY_CODE: dict[str, type[DocumentError]] = {
    error.code: error
    for error in (Empty, TooLarge, WrongType, Encrypted, Corrupt, TooComplex, NoText, Garbled, TimedOut)
}
