"""Edited prose: this project's own documentation, and essays without flaws, as sections of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FEWEST = 40  # words of a section that is worth asking about

_FENCE = re.compile(r"^( *)```.*?^\1```[^\n]*$", re.DOTALL | re.MULTILINE)
_BLOCK = re.compile(r"^(?:\||<|!\[|    ).*$", re.MULTILINE)
_ITEM = re.compile(r"^ *(?:[-*]|\d+\.) +", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\n]*\)")
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
_HEADING = re.compile(r"^#{1,4} (.*)$", re.MULTILINE)


def files() -> list[Path]:
    """The documentation, the README and the changelog; and essays that were written for this."""
    folders = ("docs", "docs/decisions", "docs/runbooks", "benchmarks/quality/essays/clean")
    names = ("README.md", "CHANGELOG.md", "SECURITY.md", "examples/README.md")
    return [
        *(path for each in folders for path in sorted((ROOT / each).glob("*.md"))),
        *map(ROOT.joinpath, names),
    ]


def sections(folder: Path | None = None) -> Iterator[tuple[str, str]]:
    """Heading and prose of each section; of another folder's .md and .txt where one is given."""
    found = files() if folder is None else sorted([*folder.glob("**/*.md"), *folder.glob("**/*.txt")])
    for path in found:
        if path.name in _MADE_BY_US:
            continue
        yield from _sections(path.read_text(encoding="utf-8"))


_MADE_BY_US = ("quality.md", "corpus.md")  # reports that a bench writes


def _sections(source: str) -> Iterator[tuple[str, str]]:
    _, *parts = _HEADING.split("# \n" + _FENCE.sub("", source))
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        plain = _plain(text)
        if len(plain.split()) >= FEWEST:
            yield heading.strip(), plain


def _plain(text: str) -> str:
    """Running prose and items of lists as paragraphs; tables, pictures and marks of layout left out."""
    unmarked = _MARKS.sub("", _LINK.sub(r"\1", _ITEM.sub("\n\n", _BLOCK.sub("", text))))
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", unmarked))
    return "\n\n".join(paragraph for paragraph in paragraphs if _is_prose(paragraph))


def _is_prose(paragraph: str) -> bool:
    """Whole sentences: an item that goes on from the line above it is none."""
    return paragraph.endswith((".", "!", "?")) and not paragraph[0].islower()
