"""Headings and paragraphs of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import DocumentError, Parsed
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from feedback.messages.words import in_english
from tests.factories.documents import prose


def parsed(text: str) -> Parsed:
    return read(text.encode(), ".txt", Limits())


def headings(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.title) for heading in parsed(text).headings]


BODY = prose(40)


@pytest.mark.parametrize(
    ("line", "level", "title"),
    [
        ("Introduction", 1, "Introduction"),
        ("1. Introduction", 1, "1. Introduction"),
        ("2.1 Participants", 2, "2.1 Participants"),
        ("IV. The Trial", 1, "IV. The Trial"),
        ("Chapter 3: The Harvest", 1, "Chapter 3: The Harvest"),
        ("THE CAUSES", 1, "THE CAUSES"),
        ("The causes of hunger", 1, "The causes of hunger"),
        ("The causes of hunger\n====================", 1, "The causes of hunger"),
        ("The causes of hunger\n---", 2, "The causes of hunger"),
        ("## The causes", 2, "The causes"),
        ("Why did it fail?", 1, "Why did it fail?"),
    ],
)
def test_what_looks_like_a_heading_is_one(line: str, level: int, title: str) -> None:
    assert headings(f"{BODY}\n\n{line}\n\n{BODY}") == [(level, title)]


@pytest.mark.parametrize(
    "line",
    [
        "It failed.",
        "dear reader",
        "Dear Professor,",
        "We compared three things:",
        "- The first",
        "This line goes on for so long that nobody would take it for a title of anything at all",
        "1. Milk\n2. Eggs\n3. Bread",
        "1. Milk\n\n2. Eggs\n\n3. Bread",
    ],
)
def test_what_only_stands_alone_is_no_heading(line: str) -> None:
    assert headings(f"{BODY}\n\n{line}\n\n{BODY}") == []


def test_a_short_line_before_another_short_line_is_no_heading() -> None:
    assert headings(f"{BODY}\n\nAda Lovelace\n\nClass of 1832\n\nno paragraph") == []


def test_lines_that_an_editor_wrapped_are_joined() -> None:
    lines = [
        "The harvest of 1788 failed after a hailstorm in July, and",
        "the price of bread doubled within the winter that came.",
        "People starved.",
    ]
    assert parsed("\n".join(lines)).text == " ".join(lines)


def test_verse_keeps_its_lines() -> None:
    verse = "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye"
    assert parsed(verse).text == verse


def test_long_lines_without_blank_lines_are_paragraphs_and_short_ones_between_them_headings() -> None:
    text = f"Introduction\n{BODY}\nMethods\n{BODY}"
    assert headings(text) == [(1, "Introduction"), (1, "Methods")]
    assert parsed(text).text == f"Introduction\n\n{BODY}\n\nMethods\n\n{BODY}"


def test_invisible_characters_are_removed_with_a_warning() -> None:
    read_text = parsed("A pass\u202eword and a tag\U000e0041 here.")
    assert read_text.text == "A password and a tag here."
    assert tuple(map(in_english, read_text.warnings)) == ("2 invisible or control characters were removed.",)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode), st.sampled_from([".txt", ".md"]))
def test_any_bytes_become_text_without_hidden_characters_or_a_sentence(data: bytes, suffix: str) -> None:
    try:
        document = read(data, suffix, Limits())
    except DocumentError as error:
        assert in_english(error.message).endswith(".")
    else:
        assert document.words > 0
        assert not set(document.text) & set("\0\r\t\u202e\u200b\u2066\ufeff")
        assert all(
            document.text[heading.start : heading.end] == heading.title for heading in document.headings
        )
