"""A quote must be found again, at the right place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.offline.reading.anchors import MAX_QUOTE, anchor


def test_a_passage_that_is_unique_is_quoted_as_it_is() -> None:
    text = "One bus left. Another bus came."
    span = anchor(text, 14, 25)

    assert span is not None
    assert text[span.start : span.end] == "Another bus"


def test_a_passage_that_occurs_earlier_is_lengthened_until_it_is_unique() -> None:
    text = "A bus left at ten. A bus left at noon."
    second = text.rindex("A bus")
    span = anchor(text, second, second + len("A bus"))

    assert span is not None
    assert text[span.start : span.end] == "A bus left at noon."
    assert text.find("A bus left at noon.") == second


def test_the_last_words_of_a_text_are_lengthened_to_the_left() -> None:
    text = "It rained. We waited. It rained."
    second = text.rindex("It rained.")
    span = anchor(text, second, len(text))

    assert span is not None
    assert text[span.start : span.end].endswith("It rained.")
    assert text.find(text[span.start : span.end]) == span.start


def test_an_ambiguous_passage_gets_no_anchor() -> None:
    text = "word " * 3000

    assert anchor(text, 9000, 9004) is None


def test_a_long_passage_is_cut_at_a_word() -> None:
    text = "beginning " + "middle " * 200
    span = anchor(text, 0, len(text))

    assert span is not None
    assert text[span.start : span.end].endswith(" middle")
    assert span.end - span.start < 400


@given(st.text(alphabet="ab \n", max_size=80), st.data())
def test_whatever_the_text_an_anchor_is_found_at_its_own_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = anchor(text, start, end)

    if span is not None:
        quote = text[span.start : span.end]
        assert quote == quote.strip() != ""
        assert len(quote) <= MAX_QUOTE
        assert text.find(quote) == span.start
