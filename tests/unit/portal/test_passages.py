"""A text in passages: what it is made of, and that nothing of it is lost."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from feedback.portal.reading.marks import Mark
from feedback.portal.reading.passages import Kind, Passage, passages_of

ESSAY = """Opening

A first paragraph,
on two lines.

- one
- two
  that goes on
  - nested

1. first
2. second

Year | Riders
2024 | 310
2025 | 290

Two words | in one line only.

[1] Transport office, 2025."""


def plain(text: str) -> list[Mark]:
    return [Mark(text, is_heading=False)]


def passages(text: str) -> list[Passage]:
    return list(passages_of(plain(text), []))


def words(passage: Passage) -> list[list[str]]:
    return [["".join(mark.text for mark in cell) for cell in line.cells] for line in passage.lines]


def test_each_form_is_known() -> None:
    title = Mark("Opening", is_heading=True)
    found = list(passages_of([title, Mark(ESSAY.removeprefix("Opening"), is_heading=False)], []))
    assert [each.kind for each in found] == [
        Kind.HEADING, Kind.PARAGRAPH, Kind.LIST, Kind.LIST, Kind.TABLE, Kind.PARAGRAPH, Kind.FOOTNOTE,
    ]  # fmt: skip
    _, paragraph, bullets, numbers, table, line, note = found
    assert words(paragraph) == [["A first paragraph,\non two lines."]]
    assert words(bullets) == [["- one"], ["- two\n  that goes on"], ["- nested"]]
    assert [item.depth for item in bullets.lines] == [0, 0, 1]
    assert words(numbers) == [["1. first"], ["2. second"]]
    assert words(table) == [["Year", "Riders"], ["2024", "310"], ["2025", "290"]]
    assert table.has_head
    assert words(line) == [["Two words | in one line only."]]
    assert words(note) == [["[1] Transport office, 2025."]]


def test_a_table_of_figures_has_no_head() -> None:
    (table,) = passages("1 | 2\n3 | 4")
    assert not table.has_head


def test_a_title_right_above_its_text_stands_alone() -> None:
    title, text = Mark("Title", is_heading=True), Mark("\nText of it.", is_heading=False)
    assert [each.kind for each in passages_of([title, text], [])] == [Kind.HEADING, Kind.PARAGRAPH]


def test_a_comment_over_two_paragraphs_begins_once() -> None:
    key = UUID(int=1)
    mark = Mark("one.\n\nTwo", is_heading=False, comments=(key,), begins=(key,), leads_to=key)
    first, second = passages_of([mark], [])
    assert [each.begins for each in first.marks] == [(key,)]
    assert [(each.begins, each.leads_to, each.comments) for each in second.marks] == [((), None, (key,))]


def test_what_begins_in_the_blank_line_before_a_paragraph_begins_with_it() -> None:
    key = UUID(int=1)
    marks = [*plain("One."), Mark("\n\nTwo.", is_heading=False, comments=(key,), begins=(key,), leads_to=key)]
    _, second = passages_of(marks, [])
    assert [(each.text, each.begins) for each in second.marks] == [("Two.", (key,))]


LETTERS = st.text(alphabet="ab1.)-| [](\n", max_size=60)


@given(st.lists(st.tuples(LETTERS, st.booleans()), max_size=6))
def test_no_word_is_lost_and_none_comes_twice(pieces: list[tuple[str, bool]]) -> None:
    marks = [Mark(text, is_heading=heading) for text, heading in pieces if text]
    shown = "".join(cell for each in passages_of(marks, []) for line in words(each) for cell in line)
    whole = "".join(text for text, _ in pieces)
    assert "".join(shown.replace("|", "").split()) == "".join(whole.replace("|", "").split())
