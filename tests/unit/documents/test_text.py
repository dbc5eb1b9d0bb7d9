"""Normalised text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents.characters.text import clean, count_words


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_a_newline(end: str) -> None:
    assert clean(f"one{end}two") == ("one\ntwo", 0)


@pytest.mark.parametrize(
    "hidden",
    [*"\0\x07\x1b\x7f\x90\u202e\u2066\u200e\u200b\u2060\u3164\U000e0041\ufffe"],
)
def test_invisible_characters_are_removed_and_counted(hidden: str) -> None:
    assert clean(f"pass{hidden}word") == ("password", 1)


def test_soft_hyphens_and_byte_order_marks_go_without_a_word() -> None:
    assert clean("\ufeffPara\xadgraph") == ("Paragraph", 0)


def test_joiners_stay_where_they_shape_letters_and_go_where_they_only_hide() -> None:
    assert clean("می\u200cخواهم 👩\u200d🎓") == ("می\u200cخواهم 👩\u200d🎓", 0)
    assert clean("pass\u200dword") == ("password", 1)


def test_lone_surrogates_become_the_replacement_character() -> None:
    assert clean("a\ud800b") == ("a\ufffdb", 0)


def test_blanks_are_single_and_indents_stay() -> None:
    assert clean("\t- a \t  b  \n\n\n\n  c") == ("    - a b\n\n  c", 0)


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), ("One  two.\nThree", 3), ("学生 write", 3), ("x" * 100, 3), ("–", 1)]
)
def test_words_are_counted_as_a_reader_would(text: str, words: int) -> None:
    assert count_words(text) == words


@given(st.text(max_size=100))
def test_cleaning_clean_text_changes_nothing(text: str) -> None:
    once, _ = clean(text)
    assert clean(once) == (once, 0)
    assert once.isprintable() or set(once) - {" "}
