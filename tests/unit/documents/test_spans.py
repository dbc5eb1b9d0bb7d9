"""Cutting a text into pieces for highlighting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import Piece, Span, render_spans


def test_a_text_without_spans_is_one_plain_piece() -> None:
    assert list(render_spans("abc", [])) == [Piece("abc")]


def test_an_empty_text_has_no_pieces() -> None:
    assert list(render_spans("", [Span(0, 4)])) == []


def test_overlapping_spans_share_a_piece_and_each_begins_once() -> None:
    assert list(render_spans("abcdef", [Span(1, 4), Span(2, 6)])) == [
        Piece("a"),
        Piece("b", (0,), (0,)),
        Piece("cd", (0, 1), (1,)),
        Piece("ef", (1,)),
    ]


def test_spans_at_the_same_place_mark_the_same_piece() -> None:
    assert list(render_spans("ab", [Span(0, 1), Span(0, 1)])) == [Piece("a", (0, 1), (0, 1)), Piece("b")]


def test_what_was_not_found_and_what_lies_outside_marks_nothing() -> None:
    assert list(render_spans("ab", [None, Span(5, 9), Span(1, 1)])) == [Piece("ab")]


SPANS = st.lists(st.none() | st.builds(Span, st.integers(-5, 40), st.integers(-5, 40)), max_size=8)


@given(st.text(max_size=30), SPANS)
def test_pieces_joined_are_the_text_and_each_mark_covers_exactly_its_span(
    text: str, spans: list[Span | None]
) -> None:
    pieces = list(render_spans(text, spans))
    assert "".join(piece.text for piece in pieces) == text
    for index, span in enumerate(spans):
        covered = "".join(piece.text for piece in pieces if index in piece.marks)
        assert covered == ("" if span is None else text[max(0, span.start) : max(0, span.end)])
        assert sum(index in piece.begins for piece in pieces) == bool(covered)
