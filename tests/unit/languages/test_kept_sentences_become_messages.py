"""The sentences of the release before have codes, and go back to what they were."""

from __future__ import annotations

from importlib import import_module

import pytest

from feedback.messages.errors import error_in_words
from feedback.messages.model import message_of
from feedback.messages.words import in_english

kept = import_module("feedback.migrations._kept_sentences")

FIGURES = {
    "words": "123,456", "most": "50,000", "pages": "2, 5", "limit": "20", "ending": ".pdf", "kind": "a PDF",
    "encoding": "Windows-1250", "number": "3", "page": "7",
}  # fmt: skip
EVERY = [sentence.format_map(FIGURES) for sentence, _, _ in kept.SENTENCES]


@pytest.mark.parametrize("sentence", EVERY)
def test_every_sentence_reads_as_before(sentence: str) -> None:
    data = kept.message_of(sentence)
    assert data["code"] != "as_recorded"
    assert in_english(message_of(data)) == sentence
    assert kept.sentence_of(data) == sentence


def test_an_unknown_sentence_is_kept_as_it_was() -> None:
    data = kept.message_of("Something else.")
    assert data == {"code": "as_recorded", "arguments": {"text": "Something else."}}
    assert kept.sentence_of(data) == "Something else."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("Throttled: slow down", "throttled"),
        ("ReadTimeout: a\nb", "read_timeout"),
        ("Aborted: the call was cut (shutdown)", "aborted"),
        ("run 5 ended without a word, as 4 before it that counted", "ended_without_word"),
        ("no class here", "as_recorded"),
    ],
)
def test_an_error_reads_as_before(error: str, code: str) -> None:
    data = kept.error_of(error)
    assert data["code"] == code
    assert error_in_words(message_of(data)) == error
    assert kept.error_text_of(data) == error


def test_the_error_of_a_file_is_its_message() -> None:
    assert kept.error_of(f"TooLarge: {EVERY[0]}") == kept.message_of(EVERY[0])
