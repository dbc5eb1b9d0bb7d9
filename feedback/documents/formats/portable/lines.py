"""The lines of a PDF, and what most of a document's lines look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from feedback.documents.characters.emphasis import Emphasis, Style, emphasised, merged, taken_out
from feedback.documents.characters.raised import Piece, Rise, joined

from .page import HYPHEN, TextRun

LARGER = 1.1  # times the size of the body: no body text
WIDER_GAP = 1.3  # times the usual distance of lines: a new paragraph
_SMALLER = 0.86  # times the size of its line: raised or lowered, if it is not on the line
_RAISED, _LOWERED = 0.12, 0.06  # of a line's size, above and below it
_SAME_LINE = 0.6  # of a line's size
_INITIAL = 1.8  # times the size of its line: a letter that opens a text
_NEAR = 1.5  # of an initial's size, from it to its text
_NO_GAP = 0.15  # of a line's size
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_DOUBLED = re.compile(r"(?:([^\W\d_])\1)+(?:([.,;:!?])\2)?")
_MANY_DOUBLED = 0.7  # of a line's words: drawn twice to look bold


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: x and y in points from its lower left corner, size of most of its letters."""

    text: str
    size: float
    bold: bool
    x: float
    y: float
    page: int
    right: float = 0.0
    font: str = ""
    tag: str = ""  # of the document's structure
    answer: bool = False  # filled into a form: no part of the text around it
    emphasis: tuple[Emphasis, ...] = ()  # stretches of its text

    def opened_by(self, text: str) -> Line:
        """The line with a text that ends with its own."""
        by = len(text) - len(self.text)
        return replace(self, text=text, emphasis=tuple(each.moved(by) for each in self.emphasis))


@dataclass(frozen=True, slots=True)
class Body:
    """The look of most of the document."""

    size: float
    bold: bool
    gap: float  # between the lines of a paragraph
    length: int  # of a full line, in characters
    margin: float
    font: str = ""


def lines_of(runs: Sequence[TextRun], page: int) -> list[Line]:
    """The lines that the runs of a page make, in the order of the runs."""
    return [line for group in _grouped(runs) if (line := _line(group, page)) is not None]


def _grouped(runs: Sequence[TextRun]) -> Iterator[list[TextRun]]:
    group: list[TextRun] = []
    for run in runs:
        if group and not _continues(group, run):
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _continues(group: Sequence[TextRun], run: TextRun) -> bool:
    base = _base(group)
    larger, smaller = max(base.size, run.size), min(base.size, run.size)
    if group[-1].text.endswith(HYPHEN) or run.x < group[-1].right - larger:
        return False
    letters = base.text if base.size == larger else run.text
    if larger > smaller * _INITIAL and len(letters) <= 2 and abs(run.y - base.y) > smaller * _NO_GAP:
        return False  # an initial beside its text
    is_on_line = abs(run.y - base.y) <= larger * 0.25
    return is_on_line or (smaller < larger * _SMALLER and abs(run.y - base.y) <= larger * _SAME_LINE)


def _base(group: Sequence[TextRun]) -> TextRun:
    """The run that says where a line stands: the one with most text, of equals the larger."""
    return max(group, key=lambda run: (run.size * min(len(run.text), 3), len(run.text)))


def _line(group: Sequence[TextRun], page: int) -> Line | None:
    base = max(group, key=lambda run: len(run.text.strip()))
    whole, found = taken_out(joined(_pieces(group, base)))
    text = whole.replace(HYPHEN, "-").strip()
    if not text:
        return None
    once = without_doubles(text)
    start = len(whole) - len(whole.lstrip())
    emphasis = merged((each.moved(-start) for each in found), text) if once == text else ()
    return Line(
        text=once,
        size=round(base.size * 2) / 2,
        bold=all(run.look.bold for run in group if run.text.strip()),
        x=group[0].x,
        y=base.y,
        page=page,
        right=max(run.right for run in group),
        font=base.look.font,
        tag=base.look.tag,
        emphasis=tuple(emphasis),
    )


def _pieces(group: Sequence[TextRun], base: TextRun) -> Iterator[Piece]:
    before: TextRun | None = None
    for run in group:
        rise = _rise(run, base)
        if before is not None and not run.glued:
            is_close = run.x - before.right < base.size * _NO_GAP
            if not (is_close and (rise or _rise(before, base))):
                yield " ", Rise.NONE
        text = run.text.translate(_LIGATURES)
        yield text if rise else emphasised(text, _styles(run)), rise
        before = run


def _styles(run: TextRun) -> Iterator[Style]:
    if run.look.bold:
        yield Style.STRONG
    if run.look.italic:
        yield Style.ITALIC


def _rise(run: TextRun, base: TextRun) -> Rise:
    if run.size >= base.size * _SMALLER:
        return Rise.NONE
    if run.y - base.y > base.size * _RAISED:
        return Rise.SUPER
    return Rise.SUB if base.y - run.y > base.size * _LOWERED else Rise.NONE


def without_doubles(text: str) -> str:
    """The text with every letter once, where all are drawn twice to look bold: "IInnttrroo"."""
    words = text.split()
    doubled = [word for word in words if len(word) > 3 and _DOUBLED.fullmatch(word)]
    if not doubled or len(doubled) < len(words) * _MANY_DOUBLED:
        return text
    return " ".join(word[::2] if _DOUBLED.fullmatch(word) else word for word in words)


def without_usual_emphasis(lines: Sequence[Line]) -> list[Line]:
    """What more than half of a document's letters have is how it looks, and emphasises nothing."""
    letters = sum(len(line.text) for line in lines)
    in_style: Counter[Style] = Counter()
    for each in (stretch for line in lines for stretch in line.emphasis):
        in_style[each.style] += each.end - each.start
    usual = {style for style, number in in_style.items() if number * 2 > letters}
    if not usual:
        return list(lines)
    return [
        replace(line, emphasis=tuple(each for each in line.emphasis if each.style not in usual))
        for line in lines
    ]


def with_initials(lines: Sequence[Line]) -> list[Line]:
    """The lines with each initial that is set large at the head of a text joined to its word.

    Its text is the highest line beside it: a file may draw the initial long before.
    """
    found = list(lines)
    body = measure(lines) if lines else None
    for initial in lines:
        if body is None or not _is_initial(initial, body):
            continue
        beside = [line for line in found if _stands_beside(line, initial)]
        if beside:
            first = max(beside, key=lambda line: line.y)
            place = found.index(first)
            whole = first.opened_by(_with_initial(initial.text, first.text))
            found[place] = replace(whole, x=initial.x)
            found.remove(initial)
    return found


def _stands_beside(line: Line, initial: Line) -> bool:
    return (
        line.page == initial.page
        and line.size < initial.size / _INITIAL
        and 0 < line.x - initial.x <= initial.size * _NEAR
        and -line.size < line.y - initial.y < initial.size
    )


def _is_initial(line: Line, body: Body) -> bool:
    letters = line.text.strip("\"'“”„«»‘’( ")
    return len(letters) == 1 and letters.isalpha() and line.size >= body.size * _INITIAL


def _with_initial(initial: str, text: str) -> str:
    """A and I are words of their own, unless what follows is none."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    is_word = initial.strip('"“„«').upper() in {"A", "I", "O"} and first.lower() not in _ENDINGS
    return f"{initial} {text}" if is_word and first[:1].isalpha() else f"{initial}{text}"


# What follows a large A, I or O where it begins a longer word; what else follows them is a word itself.
_ENDINGS = frozenset({
    "n", "nd", "s", "t", "f", "ll", "fter", "lthough", "mong", "bout", "bove", "cross", "gain", "gainst",
    "lmost", "lready", "lso", "lways", "ny", "part", "round", "nto", "nstead", "ndeed", "magine", "nce", "ne",
    "nly", "ver", "ther", "ur", "ften", "riginally",
})  # fmt: skip


def measure(lines: Sequence[Line]) -> Body:
    """The body of a document with at least one line."""
    size = _common_size(lines)
    usual = [line for line in lines if line.size == size]
    letters = sum(len(line.text) for line in usual)
    gaps = sorted(a.y - b.y for a, b in pairwise(usual) if a.page == b.page and a.y > b.y)
    lengths = sorted(len(line.text) for line in usual)
    fonts: Counter[str] = Counter()
    for line in usual:
        fonts[line.font] += len(line.text)
    return Body(
        size=size,
        bold=sum(len(line.text) for line in usual if line.bold) * 2 > letters,
        gap=gaps[len(gaps) // 4]
        if gaps
        else size * 1.2,  # most lines are inside paragraphs, but not in a list
        length=lengths[len(lengths) * 3 // 4],
        margin=Counter(round(line.x) for line in usual).most_common(1)[0][0],
        font=fonts.most_common(1)[0][0],
    )


def _common_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0
