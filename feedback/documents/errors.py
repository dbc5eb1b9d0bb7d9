"""Errors of documents that cannot be read, each with a message for the student on what to do."""

from __future__ import annotations

from typing import ClassVar

from feedback.messages.model import Message


class DocumentError(Exception):
    """A document could not be read. Its message may be given as a code alone, and is its class's else."""

    code: ClassVar[str] = "unreadable"
    passes: ClassVar[bool] = False  # another attempt may read the same file

    def __init__(self, message: Message | str = "") -> None:
        self.message = message if isinstance(message, Message) else Message(message or self.code)
        super().__init__(str(self.message))

    @staticmethod
    def of(code: str, message: Message) -> DocumentError:
        """The error with this code: how one that was raised in the child is raised again in the parent."""
        return _BY_CODE.get(code, DocumentError)(message)


class Empty(DocumentError):
    """There is no text in the document."""

    code = "empty"


class TooLarge(DocumentError):
    """The document is beyond a limit: bytes, words or pages."""

    code = "too_large"


class WrongType(DocumentError):
    """The file is no document that can be read."""

    code = "wrong_type"


class Encrypted(DocumentError):
    """A password protects the document."""

    code = "encrypted"


class Corrupt(DocumentError):
    """The file is damaged."""

    code = "corrupt"


class TooComplex(DocumentError):
    """The file asks for more than the child that reads it may use or do."""

    code = "too_complex"


class NoText(DocumentError):
    """A PDF holds pictures of pages and no text, as a scan does."""

    code = "no_text"


class Garbled(DocumentError):
    """The fonts of a PDF do not say which letters they show."""

    code = "garbled"


class Interrupted(DocumentError):
    """The child that reads was ended from outside, as by the kernel: nothing is known of the file."""

    code = "reading_interrupted"
    passes = True


class TimedOut(DocumentError):
    """Reading took too long."""

    code = "reading_timed_out"


_BY_CODE: dict[str, type[DocumentError]] = {
    error.code: error
    for error in (
        Empty,
        TooLarge,
        WrongType,
        Encrypted,
        Corrupt,
        TooComplex,
        NoText,
        Garbled,
        TimedOut,
        Interrupted,
    )
}
