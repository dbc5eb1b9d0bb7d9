"""Splitting a document into sections."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import Heading, Parsed, Section, split
from feedback.documents.characters.text import count_words
from feedback.documents.structure.blocks import Block, assemble
from feedback.documents.structure.model import Limits
from tests.factories.documents import ESSAY, Part, prose


def document(*parts: Part) -> Parsed:
    blocks = [Block(part) if isinstance(part, str) else Block(part[1], part[0]) for part in parts]
    return assemble(blocks, Limits())


def titles(sections: tuple[Section, ...]) -> list[str]:
    return [section.title for section in sections]


def assert_whole(text: str, sections: tuple[Section, ...]) -> None:
    assert "".join(section.text for section in sections) == text
    assert all(section.text == text[section.start : section.end] for section in sections)


def test_each_heading_with_text_opens_a_section() -> None:
    parsed = document(*ESSAY)
    sections = split(parsed, min_words=5)
    assert titles(sections) == [
        "Introduction",
        "Methods",
        "Methods > Participants",
        "Conclusion",
    ]
    assert_whole(parsed.text, sections)


def test_the_title_of_the_document_stands_in_a_path_only_where_nothing_else_does() -> None:
    sections = split(document((1, "Bread"), prose(40), (2, "Prices"), prose(40), (3, "Wheat"), prose(40)))
    assert titles(sections) == ["Bread", "Prices", "Prices > Wheat"]


def test_a_heading_without_text_goes_with_what_follows_it() -> None:
    sections = split(document((1, "Methods"), (2, "Participants"), prose(60), (1, "Results"), prose(60)))
    assert titles(sections) == ["Methods > Participants", "Results"]
    assert sections[0].text.startswith("Methods\n\nParticipants\n\n")


def test_a_last_heading_without_text_goes_with_what_precedes_it() -> None:
    parsed = document((1, "Results"), prose(60), (1, "Appendix"))
    sections = split(parsed)
    assert titles(sections) == ["Results"]
    assert_whole(parsed.text, sections)


def test_a_document_of_nothing_but_headings_is_one_section() -> None:
    parsed = document((1, "Plan"), (2, "First"), (2, "Second"))
    sections = split(parsed)
    assert_whole(parsed.text, sections)
    assert len(sections) == 1


def test_what_stands_before_the_first_heading_is_a_section_with_no_path() -> None:
    assert [section.heading_path for section in split(document(prose(50), (1, "Results"), prose(50)))] == [
        (),
        ("Results",),
    ]


def test_a_short_opening_joins_the_first_subsection_under_its_own_heading() -> None:
    sections = split(
        document((1, "Results"), prose(60), (1, "Methods"), "We did two things.", (2, "Survey"), prose(60))
    )
    assert titles(sections) == ["Results", "Methods"]


def test_a_tiny_section_joins_the_one_before_it() -> None:
    sections = split(
        document((1, "Results"), prose(60), (1, "Note"), "Thanks to all.", (1, "End"), prose(60))
    )
    assert titles(sections) == ["Results", "End"]


def test_a_name_above_the_first_heading_does_not_hide_that_heading() -> None:
    assert titles(split(document("Ada Lovelace", (1, "Results"), prose(60)))) == ["Results"]


def test_a_tiny_section_stays_alone_where_the_two_would_be_too_long() -> None:
    sections = split(document((1, "A"), prose(99), (1, "B"), "Short.", (1, "C"), prose(99)), max_words=100)
    assert titles(sections) == ["A", "B", "C"]


def test_a_long_section_is_cut_between_paragraphs_into_parts_alike() -> None:
    parsed = document((1, "Results"), *[prose(100) for _ in range(9)])
    sections = split(parsed, max_words=400)
    assert titles(sections) == ["Results (1 of 3)", "Results (2 of 3)", "Results (3 of 3)"]
    assert [section.words for section in sections] == [301, 300, 300]
    assert all(section.text.endswith((".", "\n\n")) for section in sections)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sections = split(prose(1_000, sentence=10), max_words=95)
    assert all(section.text.rstrip().endswith(".") for section in sections)


def test_a_sentence_without_end_is_cut_between_words() -> None:
    text = "word " * 1_000
    sections = split(text, max_words=100)
    assert_whole(text, sections)
    assert [section.words for section in sections] == [100] * 10


def test_a_paragraph_of_forty_thousand_words_becomes_sections_that_a_model_can_read() -> None:
    text = prose(40_000)
    sections = split(text)
    assert_whole(text, sections)
    assert max(section.words for section in sections) <= 900
    assert min(section.words for section in sections) > 800


def test_a_text_without_spaces_is_cut_too() -> None:
    text = "学生的作文很长。" * 400
    sections = split(text, max_words=500)
    assert_whole(text, sections)
    assert all(section.words <= 500 and section.text.endswith("。") for section in sections)


def test_an_endless_run_of_letters_is_cut_too() -> None:
    sections = split("x" * 100_000, max_words=500)
    assert len(sections) == 5


def test_blank_text_has_no_sections() -> None:
    assert split(" \n\n ") == ()


def test_headings_that_do_not_fit_the_text_are_ignored() -> None:
    text = "One two three."
    wild = [
        Heading(-4, 2, 1, "a"),
        Heading(5, 900, 1, "b"),
        Heading(4, 7, 1, "two"),
        Heading(5, 7, 1, "in it"),
    ]
    assert_whole(text, split(text, wild))


TEXTS = st.text(st.sampled_from("ab é中。.\n \t\u00a0\u0301"), max_size=400)


@st.composite
def texts_with_headings(draw: st.DrawFn) -> tuple[str, list[Heading]]:
    text = draw(TEXTS)
    places = draw(st.lists(st.integers(0, max(0, len(text) - 1)), max_size=12))
    return text, [
        Heading(place, place + draw(st.integers(1, 12)), draw(st.integers(1, 4)), f"h{place}")
        for place in places
    ]


@given(texts_with_headings(), st.integers(1, 40), st.integers(0, 20))
def test_joined_sections_are_the_text_and_none_is_too_long(
    given_text: tuple[str, list[Heading]], max_words: int, min_words: int
) -> None:
    text, headings = given_text
    sections = split(text, headings, max_words=max_words, min_words=min_words)
    if text.strip():
        assert sections
        assert_whole(text, sections)
        assert all(0 < section.words == count_words(section.text) for section in sections)
        assert all(section.words <= max_words for section in sections)
    else:
        assert sections == ()


@given(st.lists(st.one_of(st.tuples(st.integers(1, 4), st.text("abc", min_size=1)), TEXTS), max_size=12))
def test_a_parsed_document_splits_at_the_offsets_of_its_headings(parts: list[Part]) -> None:
    if not any((part if isinstance(part, str) else part[1]).strip() for part in parts):
        return
    try:
        parsed = document(*parts)
    except Exception as error:
        assert type(error).__name__ == "Empty"
        return
    assert all(parsed.text[heading.start : heading.end] == heading.title for heading in parsed.headings)
    assert_whole(parsed.text, split(parsed, min_words=0))


def test_a_conclusion_of_twenty_words_is_a_section_of_its_own_and_one_of_five_is_not() -> None:
    long, short = prose(60), prose(20)
    whole = f"Methods\n\n{long}\n\n4. Conclusion\n\n{short}\n\nThanks\n\n{prose(5)}"
    headings = [
        Heading(whole.index(title), whole.index(title) + len(title), 1, title)
        for title in ("Methods", "4. Conclusion", "Thanks")
    ]
    assert [section.title for section in split(whole, headings)] == ["Methods", "4. Conclusion"]
    five = whole.replace(short, prose(5))
    headings[2] = Heading(five.index("Thanks"), five.index("Thanks") + 6, 1, "Thanks")
    assert [section.title for section in split(five, headings)] == ["Methods"]
