"""Finding the words that a comment quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import Span, anchor
from tests.factories.documents import prose

TEXT = (
    "The Essay’s argument—that bread was “political” in 1788—is well made.  However, the sources\n"
    "are not named, and the reader has to guess where the figures come from. Bread was dear… so people\n"
    "starved. The café’s price list is quoted: “12 sous a loaf”. Bread was political again in 1789."
)


def found(quote: str, *, text: str = TEXT, near: int | None = None) -> str | None:
    span = anchor(text, quote, near=near)
    return None if span is None else text[span.start : span.end]


def test_an_exact_quotation_is_found() -> None:
    assert anchor("abc def", "def") == Span(4, 7)


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("The Essay's argument-that bread", "The Essay’s argument—that bread"),
        ('that bread was "political" in 1788', "that bread was “political” in 1788"),
        ("that bread was 'political' in 1788", "that bread was “political” in 1788"),
        ("HOWEVER, THE SOURCES ARE NOT NAMED", "However, the sources\nare not named"),
        ("well made. However, the", "well made.  However, the"),
        ("bread was dear... so people starved", "Bread was dear… so people\nstarved"),
        ("the reader **has to guess**", "the reader has to guess"),
        ("The cafe\u0301's price list", "The café’s price list"),
        ("The\u00a0café’s price\u200b list", "The café’s price list"),
        ('"the reader has to guess..."', "the reader has to guess"),
        ("...the reader has to guess where…", "the reader has to guess where"),
        ("“12 sous a loaf.”", "12 sous a loaf"),
    ],
)
def test_a_quotation_is_found_as_it_reads(quote: str, shown: str) -> None:
    assert found(quote) == shown


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        (
            "The essay’s argument … is well made",
            "The Essay’s argument—that bread was “political” in 1788—is well made",
        ),
        ("the sources [...] has to guess", "the sources\nare not named, and the reader has to guess"),
    ],
)
def test_a_quotation_with_a_gap_is_found_from_its_first_part_to_its_last(quote: str, shown: str) -> None:
    assert found(quote) == shown


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("the readers has to guess where figures come from",
         "the reader has to guess where the figures come from"),
        ("reader must guess where the figures come from", "reader has to guess where the figures come from"),
        ("well made. However, sources are not named", "well made.  However, the sources\nare not named"),
    ],
)  # fmt: skip
def test_a_quotation_with_small_edits_is_found(quote: str, shown: str) -> None:
    assert found(quote) == shown


def test_a_misspelling_that_the_model_mended_is_found() -> None:
    assert (
        found("we received the letter", text="Then we recieved the letter late.") == "we recieved the letter"
    )


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "   ",
        "the price of wine rose sharply that winter",
        "wine",
        "the sources are excellent and every figure is proved",
        "bread ... wine",
        "the reader … of this other book",
        "x" * 5_000,
        "\x00",
    ],
)
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert anchor(TEXT, quote) is None


def test_of_several_places_the_first_is_taken() -> None:
    assert anchor("bread and bread", "bread") == Span(0, 5)


def test_of_several_places_the_nearest_is_taken_where_one_is_named() -> None:
    assert anchor("bread and bread and bread", "bread", near=9) == Span(10, 15)
    assert anchor("“Bread” and “bread” and “bread”", '"bread"', near=31) == Span(24, 31)


def test_a_whole_word_goes_before_a_part_of_one() -> None:
    assert anchor("the he", "he") == Span(4, 6)
    assert anchor("The He", "HE") == Span(4, 6)


def test_a_part_of_a_word_is_found_where_nothing_better_is() -> None:
    assert anchor("the", "he") == Span(1, 3)


def test_an_edited_quotation_is_found_near_the_place_named() -> None:
    text = "the reader has to guess a lot here. " * 3
    span = anchor(text, "the reader needs to guess a lot here", near=72)
    assert span is not None
    assert span.start == 72


def test_forty_thousand_words_are_searched_for_many_edited_quotations() -> None:
    claim = "The harvest failed badly in the hot summer of 1788, and nobody was ready"
    text = f"{prose(20_000)} {claim}. {prose(20_000)}"
    for _ in range(20):
        assert found("the harvest failed in the hot summer of 1788 and no one was ready", text=text) == claim


@given(st.text(max_size=200), st.integers(0, 200), st.integers(1, 50), st.none() | st.integers(-10, 300))
def test_an_exact_part_of_a_text_is_found_as_an_equal_span(
    text: str, start: int, length: int, near: int | None
) -> None:
    quote = text[start : start + length]
    if quote:
        assert found(quote, text=text, near=near) == quote


LOOSE = st.text(st.sampled_from("aAbß ﬁ…\n.'’*-—é\u0301\u200b"), max_size=120)


@given(LOOSE | st.text(max_size=100), LOOSE | st.text(max_size=100), st.none() | st.integers())
def test_anything_is_either_found_inside_the_text_or_not_at_all(
    text: str, quote: str, near: int | None
) -> None:
    span = anchor(text, quote, near=near)
    assert span is None or 0 <= span.start < span.end <= len(text)


@given(st.integers(12, 80), st.data())
def test_a_quotation_with_one_word_changed_is_found_where_it_stands(length: int, data: st.DataObject) -> None:
    words = [f"word{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(length)]
    start = data.draw(st.integers(0, length - 12))
    quoted = words[start : start + 12]
    quoted[data.draw(st.integers(1, 10))] = "Bread"
    assert found(" ".join(quoted), text=" ".join(words)) == " ".join(words[start : start + 12])


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The harbour was dredged in 1912 after it.", "The harbour was dredged in 1911 after it."),
        ("The board did warn the pilots in time.", "The board did not warn the pilots in time."),
        ("The board could never pay the men of the docks.", "The board could pay the men of the docks."),
        ("It was a legal contract of the board and us.", "It was an illegal contract of the board and us."),
        ("The count was 10⁵ cells in each of them.", "The count was 105 cells in each of them."),
        ("There were three reasons for the delay.", "There were four reasons for the delay."),
        ("The northern harbour silted in winter since the board waited.",
         "The southern harbour silted in summer since the board waited."),
    ],
)  # fmt: skip
def test_a_quotation_never_jumps_across_a_figure_a_negation_or_to_a_sentence_that_looks_alike(
    text: str, quote: str
) -> None:
    assert anchor(text, quote) is None


def test_an_exponent_is_found_however_it_is_quoted() -> None:
    assert found("10^12 cells", text="about 10¹² cells of CO₂") == "10¹² cells"
    assert found("cells of CO2", text="about 10¹² cells of CO₂") == "cells of CO₂"
