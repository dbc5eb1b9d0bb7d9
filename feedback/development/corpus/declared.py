"""Declared differences: what we leave out, or read, on purpose. Each is found in the file or in the reference
alone, never in what we failed to read; what the report to the student names counts as far as it names it.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from feedback.documents import Parsed, messages

from .words import words

RUNNING, CONTENTS, NAMED, PLACES = (
    "heads, feet, page and line numbers",
    "contents",
    "unseen, turned",
    "places",
)
NUMBERS, NOTES, BESIDE = "numbers of lists", "numbers of notes", "not read by the reference"
_EDGE = 4  # lines at the top or foot of a page that may be running
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\w{1,5}\s*$")
_NUMBER = re.compile(r"^\W*(?:page|seite)?\W*\d{1,4}(?:\s*(?:/|of|von)\s*\d{1,4})?\W*$", re.IGNORECASE)
_LABEL = re.compile(r"^[ \t]*(?:- )?\(?((?:\w{1,6}[.:-])*\w{1,8})[.):]{0,2}\s", re.MULTILINE)
_NOTE = re.compile(r"\[(\w{1,4})\]")
_BESIDE_DOCX = re.compile(
    r"word/(?:diagrams/data|charts/|embeddings/.*html|afchunk|.*\.html?$|.*\.mht$)", re.IGNORECASE
)
_SKIPPED_ODT = frozenset(
    ("section", "text-box", "frame", "custom-shape", "object", "g", "text-input", "table", "list-header")
)


def missing(path: Path, reference: str) -> Iterator[tuple[str, Counter[str]]]:
    """What the reference has and we leave out on purpose."""
    if path.suffix == ".pdf":
        yield RUNNING, words("\n".join(_running(reference)))
        yield CONTENTS, words("\n".join(line for line in reference.splitlines() if _LEADERS.search(line)))
    elif path.suffix == ".docx":
        yield CONTENTS, words(" ".join(_contents(path)))
        yield PLACES, words(" ".join(_places(path)))
    else:
        yield (
            CONTENTS,
            words(
                " ".join(
                    _texts(
                        path, "content.xml", lambda tag: tag.endswith("-index") or tag == "table-of-content"
                    )
                )
            ),
        )


def named(parsed: Parsed) -> int:
    """The words that the report says were not read, by their number."""
    codes = {messages.UNSEEN, messages.TURNED}
    return sum(int(str(each.arguments["number"])) for each in parsed.warnings if each.code in codes)


def beyond(path: Path, parsed: Parsed) -> Iterator[tuple[str, Counter[str]]]:
    """What we read on purpose and the reference does not have."""
    yield NUMBERS, words(" ".join(_LABEL.findall(parsed.text)))
    yield NOTES, words(" ".join(_NOTE.findall(parsed.text)))
    if path.suffix == ".docx":
        yield BESIDE, words(" ".join(_beside(path)))
    elif path.suffix == ".odt":
        yield BESIDE, words(" ".join(_texts(path, "content.xml", lambda tag: tag in _SKIPPED_ODT)))


def _running(reference: str) -> Iterator[str]:
    """Lines at the edges of pages that return on other pages, but for their figures; and numbers alone."""
    pages = [[line for line in page.splitlines() if line.strip()] for page in reference.split("\f")]
    edges = [[*page[:_EDGE], *page[_EDGE:][-_EDGE:]] for page in pages if page]
    often = Counter(shape for edge in edges for shape in {_shape(line) for line in edge})
    for edge in edges:
        yield from (line for line in edge if often[_shape(line)] >= 2 and not _NUMBER.match(line))
    for page in pages:
        yield from filter(_NUMBER.match, page)


def _shape(line: str) -> str:
    return re.sub(r"\W*\d+\W*", "#", line).strip()


def _contents(path: Path) -> Iterator[str]:
    for paragraph in _elements(path, "word/document.xml", lambda tag: tag == "p"):
        style = next((_value(each) for each in paragraph.iter() if _tag(each) == "pStyle"), "")
        if re.match(r"(?:toc|verzeichnis|inhalt|contents|tableof)", style, re.IGNORECASE):
            yield _text(paragraph)


def _places(path: Path) -> Iterator[str]:
    for control in _elements(path, "word/document.xml", lambda tag: tag == "sdt"):
        if any(_tag(each) == "showingPlcHdr" for each in control.iter()):
            yield _text(control)


def _beside(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if _BESIDE_DOCX.search(name):
                yield re.sub(r"<[^>]*>", " ", archive.read(name).decode("utf-8", "replace"))
    yield from _texts(
        path, "word/document.xml", lambda tag: tag in {"txbxContent", "textpath", "ddList", "sdt"}
    )


def _texts(path: Path, part: str, wanted: Callable[[str], bool]) -> Iterator[str]:
    yield from (_text(each) for each in _elements(path, part, wanted))


def _elements(path: Path, part: str, wanted: Callable[[str], bool]) -> Iterator[ElementTree.Element]:
    """The outermost elements of a part with a tag that is wanted."""
    with zipfile.ZipFile(path) as archive:
        if part not in archive.namelist():
            return
        waiting = [ElementTree.fromstring(archive.read(part))]  # noqa: S314 - public files of a frozen list
    while waiting:
        each = waiting.pop()
        if wanted(_tag(each)):
            yield each
        else:
            waiting.extend(each)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element: ElementTree.Element) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}val")), "")


def _text(element: ElementTree.Element) -> str:
    """Its text: paragraphs apart, runs of one paragraph together."""
    parts = []
    for each in element.iter():
        if _tag(each) in {"p", "h", "tab", "br", "s", "line-break", "table-cell"}:
            parts.append(" ")
        parts.append(each.text or "")
        parts.append(each.attrib.get("string", ""))
    return "".join(parts) if element.tag.startswith("{http") else " ".join(parts)
