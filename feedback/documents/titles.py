"""Titles of writing that has none typed: plain words, without marks of Markdown, never cut in mid-word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

LONGEST = 200  # characters of a document's title
OF_A_LINE = 80  # of one that is taken from its first line
NEAR = 1_000  # characters within which a first heading names the whole text

_BEFORE = re.compile(r"^\s*(?:#{1,6}(?:\s+|$)|>\s*|[-*+]\s+|={3,}$|-{3,}$)+")
_AFTER = re.compile(r"\s+#+\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_AROUND = re.compile(r"(\*{1,3}|_{1,3}|`+|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)")


def plain(line: str) -> str:
    """One line as it reads."""
    words = _LINK.sub(r"\1", _AFTER.sub("", _BEFORE.sub("", line)))
    for _ in range(3):  # emphasis within emphasis
        words = _AROUND.sub(r"\2", words)
    return " ".join(words.split())


def shortened(words: str, most: int = LONGEST) -> str:
    """As much of it as fits, in whole words; a single word that does not fit is cut all the same."""
    if len(words) <= most:
        return words
    head = words[: most - 1]
    cut = head if words[most - 1].isspace() else head.rpartition(" ")[0] or head
    return f"{cut.rstrip(' ,;:–-')}…"


def of_text(text: str) -> str:
    """The first line that has a word in it."""
    lines = (plain(line) for line in text.splitlines())
    return shortened(next((line for line in lines if re.search(r"\w", line)), ""), OF_A_LINE)


def of_file(filename: str) -> str:
    """Its name without the ending."""
    return shortened(PurePath(filename).stem)


def of_headings(headings: Sequence[Sequence[object]]) -> str:
    """The first of [start, end, level, title], where it stands near the beginning."""
    start, _end, _level, title = headings[0] if headings else (NEAR, 0, 0, "")
    return shortened(plain(str(title))) if isinstance(start, int) and start < NEAR else ""
