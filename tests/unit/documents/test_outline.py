"""Corrections of the split: whatever a student does, the sections joined are the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import (
    Cut,
    Outline,
    Parsed,
    SplitError,
    carried,
    covers,
    divided,
    division_points,
    merged,
    outline_of,
    outlined,
    renamed,
    split,
)
from feedback.documents.anchoring.corrections import MAX_SECTIONS
from feedback.messages.words import in_english
from tests.factories.documents import prose
from tests.unit.documents.test_sections import document

ESSAY = document((1, "Bread"), prose(40), (2, "Prices"), prose(60), prose(50), (2, "Hunger"), prose(60))
PROPOSED = outline_of(split(ESSAY))
ANYWHERE = st.integers(-5, len(ESSAY.text) + 5)


def titles(outline: Outline, of: Parsed = ESSAY) -> list[str]:
    return [section.title for section in outlined(of, outline)]


def test_the_proposed_outline_makes_the_proposed_sections() -> None:
    assert titles(PROPOSED) == ["Bread", "Prices", "Hunger"]


def test_a_section_is_joined_with_the_next() -> None:
    assert titles(merged(ESSAY, PROPOSED, PROPOSED[1].start)) == ["Bread", "Prices"]


def test_the_last_section_has_nothing_to_be_joined_with() -> None:
    with pytest.raises(SplitError, match="last_section"):
        merged(ESSAY, PROPOSED, PROPOSED[-1].start)


def test_a_section_is_divided_before_a_paragraph_and_both_parts_are_numbered() -> None:
    (place,) = division_points(ESSAY, outlined(ESSAY, PROPOSED)[1])
    assert titles(divided(ESSAY, PROPOSED, place.start)) == [
        "Bread", "Prices (1 of 2)", "Prices (2 of 2)", "Hunger",
    ]  # fmt: skip


def test_a_single_paragraph_is_divided_before_a_sentence() -> None:
    text = Parsed("One is here. Two is there. Three is away.", (), 9)
    (section,) = split(text)
    assert [place.opening for place in division_points(text, section)] == [
        "Two is there. Three is away.",
        "Three is away.",
    ]


def test_a_new_name_takes_the_place_of_the_heading_and_an_empty_one_gives_it_back() -> None:
    outline = renamed(ESSAY, PROPOSED, PROPOSED[2].start, "  What hunger\ndoes ")
    assert titles(outline) == ["Bread", "Prices", "What hunger does"]
    assert titles(renamed(ESSAY, outline, PROPOSED[2].start, " ")) == ["Bread", "Prices", "Hunger"]


def test_a_name_that_is_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(SplitError, match="most=120 number=121"):
        renamed(ESSAY, PROPOSED, 0, "x" * 121)


def test_what_is_not_there_any_more_is_refused() -> None:
    with pytest.raises(SplitError, match="section_gone"):
        merged(ESSAY, PROPOSED, 3)


def test_more_sections_than_there_may_be_can_be_joined_but_not_divided() -> None:
    text = "\n\n".join(
        f"Paragraph number {n} has these two sentences. And this." for n in range(MAX_SECTIONS + 1)
    )
    many = tuple(Cut(0 if n == 0 else text.index(f"Paragraph number {n} ")) for n in range(MAX_SECTIONS + 1))
    parsed = Parsed(text, (), 0)
    assert len(merged(parsed, many, 0)) == MAX_SECTIONS
    with pytest.raises(SplitError, match="no_more_sections most=200"):
        divided(parsed, many, text.index("And this"))


@given(st.data())
def test_whatever_is_corrected_the_sections_joined_are_the_text(data: st.DataObject) -> None:
    outline = PROPOSED
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.sampled_from(outline).map(lambda cut: cut.start) | ANYWHERE)
        try:
            match data.draw(st.sampled_from(["merge", "divide", "rename"])):
                case "merge":
                    outline = merged(ESSAY, outline, start)
                case "divide":
                    outline = divided(ESSAY, outline, start)
                case _:
                    outline = renamed(ESSAY, outline, start, data.draw(st.text(max_size=130)))
        except SplitError as refusal:
            assert in_english(refusal.message)
    sections = outlined(ESSAY, outline)
    assert "".join(section.text for section in sections) == ESSAY.text
    assert covers(sections, ESSAY.text)
    assert len(sections) == len(outline)


def test_an_outline_goes_along_when_the_text_is_edited() -> None:
    (place,) = division_points(ESSAY, outlined(ESSAY, PROPOSED)[1])
    outline = renamed(ESSAY, divided(ESSAY, PROPOSED, place.start), place.start, "Wages")
    more = prose(40) + " And one thing more."
    edited = document((1, "Bread"), more, (2, "Prices"), prose(60), prose(50), (2, "Hunger"), prose(60))
    kept = carried(outline, ESSAY.text, edited)
    assert kept is not None
    assert titles(kept, edited) == ["Bread", "Prices", "Wages", "Hunger"]


def test_an_outline_of_another_text_is_let_go_or_fits_it() -> None:
    other = document((1, "Wine"), prose(40))
    kept = carried((Cut(0), *PROPOSED[1:]), ESSAY.text, other)
    assert kept is None or covers(outlined(other, kept), other.text)


@pytest.mark.parametrize("start", [1, 5])
def test_sections_with_a_gap_or_an_overlap_do_not_cover_the_text(start: int) -> None:
    first, second, third = outlined(ESSAY, PROPOSED)
    assert covers([first, second, third], ESSAY.text)
    assert not covers([first, third], ESSAY.text)
    assert not covers([first, second], ESSAY.text)
