"""A text that nobody named is called by what it says, in plain and whole words."""

from __future__ import annotations

import pytest

from feedback.documents import titles


@pytest.mark.parametrize(
    ("line", "reads"),
    [
        ("## Why bees **matter** ##", "Why bees matter"),
        ("> *A _quiet_ protest*", "A quiet protest"),
        ("- [Night buses](https://example.org/a) and shifts", "Night buses and shifts"),
        ("`snake_case` names", "snake_case names"),
        ("2 * 3 * 4 is 24", "2 * 3 * 4 is 24"),
    ],
)
def test_no_mark_of_markdown_is_left(line: str, reads: str) -> None:
    assert titles.plain(line) == reads


def test_a_long_one_ends_with_a_whole_word() -> None:
    words = titles.of_text(
        "Night buses and the people that they carry home when everybody else has gone to bed"
    )
    assert words == "Night buses and the people that they carry home when everybody else has gone to…"
    assert len(titles.shortened("x" * 300)) == titles.LONGEST


def test_the_first_line_with_a_word_counts() -> None:
    assert titles.of_text("---\n\n# \n\nOn bees\n\nMore.") == "On bees"


def test_a_heading_names_the_text_where_it_stands_at_the_beginning() -> None:
    assert titles.of_headings([[0, 7, 1, "**On** bees"], [90, 95, 2, "Two"]]) == "On bees"
    assert titles.of_headings([[5_000, 5_007, 1, "References"]]) == ""
    assert titles.of_headings([]) == ""
