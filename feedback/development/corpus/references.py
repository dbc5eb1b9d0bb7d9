"""What other programs read in a file: pandoc in .docx and .odt, pdftotext in .pdf."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

PROGRAMS = ("pandoc", "pdftotext")  # Debian: pandoc, poppler-utils
_TIMEOUT = 600
_LEFT_OUT = frozenset({"annotation", "style", "script", "title"})  # TeX beside an equation; no text


@dataclass(frozen=True, slots=True)
class Reference:
    """What another program reads in a file; pages of a PDF end with a form feed."""

    text: str
    equations: str = ""  # the part of the text that is one letter after the other


def absent() -> list[str]:
    """The programs that are not installed here."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def read(path: Path) -> Reference:
    """The reference's reading; empty where the program can't read the file."""
    if path.suffix == ".pdf":
        return Reference(_output("pdftotext", "-enc", "UTF-8", str(path), "-"))
    # Plain text has no room for large tables and equations: HTML has.
    reader = _Text()
    reader.feed(_output("pandoc", "-f", path.suffix[1:], "-s", "-t", "html", "--mathml", str(path)))
    return Reference("".join(reader.parts), "".join(reader.equations))


def _output(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, timeout=_TIMEOUT)  # noqa: S603 - two known programs
    return ended.stdout.decode("utf-8", "replace")


class _Text(HTMLParser):
    """The text of a page; what a picture shows to screen readers is none."""

    _INLINE = frozenset(
        {"a", "b", "code", "del", "em", "i", "mark", "q", "s", "span", "strong", "sub", "sup", "u"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.equations: list[str] = []
        self._skipped = ""
        self._in_equation = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LEFT_OUT or (tag == "figcaption" and ("aria-hidden", "true") in attrs):
            self._skipped = self._skipped or tag
        self._in_equation = self._in_equation or tag == "math"
        self._apart(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipped:
            self._skipped = ""
        self._in_equation = self._in_equation and tag != "math"
        self._apart(tag)

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.parts.append(data)
            if self._in_equation:
                self.equations.append(data)

    def _apart(self, tag: str) -> None:
        if tag not in self._INLINE:
            self.parts.append("\n")
            self.equations.append("\n" if self._in_equation else "")
