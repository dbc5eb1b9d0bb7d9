"""A message is a code with arguments; its words are made in the language of its reader."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from feedback.documents import messages as codes
from feedback.documents.errors import _BY_CODE, Encrypted
from feedback.messages.errors import error_in_words
from feedback.messages.model import Message, message, message_of
from feedback.messages.words import WORDS, in_english, in_words
from feedback.models import Section
from feedback.pipeline.failure import _PROVIDER, BROKEN, BUSY
from feedback.portal.words.headings import heading_of


def in_german(kept: Message) -> str:
    with override("de"):
        return in_words(kept)


def test_a_message_is_shown_in_german() -> None:
    assert in_german(Encrypted().message).startswith("Dieses Dokument ist durch ein Passwort geschützt.")
    assert in_german(BUSY).startswith("Der Rückmeldedienst war für diesen Abschnitt zu stark ausgelastet.")


def test_its_figures_are_written_as_their_reader_writes_them() -> None:
    kept = message(codes.TOO_MANY_WORDS, words=123_456, most=50_000)
    assert in_german(kept).startswith("Dieses Dokument hat 123.456 Wörter; höchstens 50.000 können")
    assert in_english(kept).startswith("This document has 123,456 words; at most 50,000 can")


def test_a_kind_of_file_in_it_is_translated_too() -> None:
    assert in_german(message(codes.MISNAMED, ending=".pdf", kind="docx")) == (
        "Der Name der Datei endet auf .pdf, aber sie ist ein Word-Dokument (.docx) und wurde so gelesen."
    )


def test_one_and_more_have_words_of_their_own() -> None:
    assert in_english(message(codes.PICTURES, number=1)).startswith("This document holds a picture;")
    assert in_english(message(codes.PICTURES, number=2)).startswith("This document holds 2 pictures;")


def test_pages_are_named_one_by_one() -> None:
    assert in_english(message(codes.PICTURE_PAGES, pages=[2, 5])).startswith("Pages 2, 5 hold only")


@pytest.mark.parametrize("text", ["Words that nobody knows.", "100 % {of} it"])
def test_a_sentence_of_an_earlier_release_stays_as_it_is(text: str) -> None:
    assert in_german(message_of(text)) == text


def test_the_code_of_another_release_says_that_something_went_wrong() -> None:
    assert in_english(Message("of_next_year")) == in_english(BROKEN)


def test_every_code_has_words() -> None:
    used = {value for name, value in vars(codes).items() if name.isupper()}
    used |= set(_BY_CODE) | {row[-1].code for row in _PROVIDER}
    assert used <= set(WORDS)


def test_what_is_stored_is_read_back() -> None:
    kept = message(codes.PICTURE_PAGES, pages=[2, 5])
    assert message_of(kept.as_data()) == kept


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (message("timed_out", text="180 s"), "TimedOut: 180 s"),
        (message("aborted", text="cut", reason="shutdown"), "Aborted: cut (shutdown)"),
        (message("aborted", text="cut"), "Aborted: cut"),
        (message("ended_without_word", run=3, failures=2), "run 3 ended without a word, as 2 before it that"),
        (Message("encrypted"), "This document is protected by a password."),
        (message_of("Odd: {thing}"), "Odd: {thing}"),
    ],
)
def test_an_error_is_read_by_operators_in_english(error: Message, words: str) -> None:
    with override("de"):
        assert error_in_words(error).startswith(words)


def test_a_section_without_a_heading_is_a_part() -> None:
    with override("de"):
        assert heading_of(Section(position=2, heading="Part 3", heading_path=[])) == "Teil 3"


def test_a_section_that_was_cut_says_which_piece_it_is() -> None:
    section = Section(position=1, heading_path=["Essay", "Results"], part=2, parts=3)
    with override("de"):
        assert heading_of(section) == "Results (2 von 3)"


def test_a_heading_of_its_author_is_left_alone() -> None:
    section = Section(position=0, heading="Part 1 (2 of 3)", heading_path=["Part 1 (2 of 3)"])
    with override("de"):
        assert heading_of(section) == "Part 1 (2 of 3)"
