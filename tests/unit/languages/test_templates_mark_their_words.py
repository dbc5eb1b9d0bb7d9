"""No page says a word that can't be translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

TEMPLATES = Path(__file__).parents[3] / "templates"
ENGLISH_ONLY = {"admin", "api", "styles.html"}  # for operators, and for developers
NAMES = re.compile(r"Marginalia|\bAlt\b|\.(docx|pdf|md)\b")  # the same in every language
SPOKEN = {"alt", "aria-label", "aria-description", "placeholder", "title"}
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
SILENT = {"script", "style"}


class _Words(HTMLParser):
    """What a page's source says outright: its text, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_silent = tag in SILENT
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_data(self, data: str) -> None:
        if not self._is_silent:
            self.found.append(data)


def unmarked(source: str) -> list[str]:
    """Words outside every tag of the template language."""
    parser = _Words()
    parser.feed("".join(_unmarked(source)))
    parser.close()
    return [words.strip() for words in parser.found if WORD.search(NAMES.sub("", words))]


def _unmarked(source: str) -> Iterator[str]:
    closed_by = ""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            closed_by = closed_by or _closing(token.contents)
            if token.contents.split()[0] == closed_by:
                closed_by = ""
        elif token.token_type == TokenType.TEXT and not closed_by:
            yield token.contents


def _closing(tag: str) -> str:
    """What ends a stretch that is translated, or is not text; empty: the tag opens none."""
    name = tag.split()[0]
    if name in ("blocktranslate", "comment"):
        return f"end{name}"
    return "endblock" if tag == "block main_class" else ""


def pages() -> list[Path]:
    return [
        path
        for path in sorted((*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")))
        if not set(path.relative_to(TEMPLATES).parts) & ENGLISH_ONLY
    ]


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_word_is_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        '<img alt="A picture">',
        "{% blocktranslate %}Marked{% endblocktranslate %} but not this",
        '<p aria-label="Some words">{{ value }}</p>',
    ],
)
def test_a_word_that_is_not_marked_is_found(source: str) -> None:
    assert unmarked(source)


def test_marked_words_and_names_pass() -> None:
    source = '{% translate "Hello" %} <script>let words;</script> Marginalia · {{ name }}'
    assert unmarked(source) == []
