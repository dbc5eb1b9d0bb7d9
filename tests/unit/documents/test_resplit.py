"""A student corrects where sections begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import SplitError, resplit, split
from feedback.messages.words import in_english
from tests.factories.documents import prose
from tests.unit.documents.test_sections import assert_whole, document

ESSAY = document((1, "Bread"), (2, "Prices"), prose(60), (2, "Hunger"), prose(60))


def test_sections_begin_where_the_student_says_and_join_to_the_text() -> None:
    place = ESSAY.headings[2].start
    sections = resplit(ESSAY, boundaries=[place])
    assert [section.title for section in sections] == ["Prices", "Hunger"]
    assert_whole(ESSAY.text, sections)


def test_a_section_in_the_middle_of_a_chapter_keeps_the_path_of_its_chapter() -> None:
    place = ESSAY.text.rindex(". ") + 2
    assert resplit(ESSAY, boundaries=[place])[1].heading_path == ("Hunger",)


def test_no_boundary_makes_one_section() -> None:
    assert [section.text for section in resplit("One two.", boundaries=[])] == ["One two."]


@pytest.mark.parametrize(
    ("boundaries", "sentence"),
    [
        ([900], "A section begins outside the text. Please reload the page and mark it again."),
        ([-1], "A section begins outside the text. Please reload the page and mark it again."),
        ([4, 4], "Two sections begin at the same place. Please remove one of the marks."),
        ([5], "A section begins in the middle of a word: “t|wo”."),
        ([8, 11], "Section 2 has no words in it. Please remove one of the marks around it."),
        ([4], "Section 2 has 3 words; at most 2 can be commented on at once. Please divide it."),
        ([4, 11, 16], "These are 4 sections; at most 3 are possible."),
    ],
)
def test_marks_that_cannot_be_used_are_refused_in_words(boundaries: list[int], sentence: str) -> None:
    with pytest.raises(SplitError) as refused:
        resplit("One two \n\n three four", boundaries=boundaries, max_words=2, max_sections=3)
    assert in_english(refused.value.message) == sentence


def test_a_section_may_begin_at_any_ideograph() -> None:
    assert [section.text for section in resplit("学生的作文", boundaries=[3])] == ["学生的", "作文"]


@given(st.lists(st.integers(-3, 60), max_size=6))
def test_any_marks_either_cut_the_text_exactly_or_are_refused_in_words(boundaries: list[int]) -> None:
    text = "Bread  was dear.\n\nHunger came, 学生的作文, and went."
    try:
        assert_whole(text, resplit(text, boundaries=boundaries))
    except SplitError as refused:
        assert in_english(refused.message).endswith((".", "possible."))


def test_the_boundaries_of_a_split_give_the_same_sections_again() -> None:
    sections = split(ESSAY)
    assert resplit(ESSAY, boundaries=[section.start for section in sections]) == sections
