"""What a worker kept in English is read in the language of the page."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from feedback.documents import messages
from feedback.documents.errors import Encrypted
from feedback.documents.messages import say
from feedback.models import Section
from feedback.pipeline.failure import BUSY
from feedback.portal.words.messages import heading_of, translated


def test_a_sentence_is_shown_in_german() -> None:
    with override("de"):
        assert translated(str(Encrypted())).startswith("Dieses Dokument ist durch ein Passwort geschützt.")
        assert translated(BUSY).startswith(
            "Der Rückmeldedienst war für diesen Abschnitt zu stark ausgelastet."
        )


def test_its_figures_are_written_as_in_german() -> None:
    kept = say(messages.TOO_MANY_WORDS, words=123_456, most=50_000)
    with override("de"):
        assert translated(kept).startswith("Dieses Dokument hat 123.456 Wörter; höchstens 50.000 können")


def test_what_stands_in_it_is_translated_too() -> None:
    kept = say(messages.MISNAMED, ending=".pdf", kind=messages.WORD)
    with override("de"):
        assert translated(kept) == (
            "Der Name der Datei endet auf .pdf, aber sie ist ein Word-Dokument (.docx) und wurde so gelesen."
        )


@pytest.mark.parametrize("kept", ["", "Words that nobody knows.", "100 % {of} it"])
def test_an_unknown_sentence_stays_as_it_is(kept: str) -> None:
    with override("de"):
        assert translated(kept) == kept


def test_in_english_nothing_changes() -> None:
    for name, template in vars(messages).items():
        if name.isupper():
            kept = template.replace("{", "").replace("}", "")
            assert translated(kept) == kept


def test_a_section_without_a_heading_is_a_part() -> None:
    with override("de"):
        assert heading_of(Section(position=2, heading="Part 3", heading_path=[])) == "Teil 3"


def test_a_section_that_was_cut_says_which_piece_it_is() -> None:
    section = Section(position=1, heading="Results (2 of 3)", heading_path=["Essay", "Results"])
    with override("de"):
        assert heading_of(section) == "Results (2 von 3)"


def test_a_heading_of_its_author_is_left_alone() -> None:
    section = Section(position=0, heading="Part 1 (2 of 3", heading_path=["Part 1 (2 of 3"])
    with override("de"):
        assert heading_of(section) == "Part 1 (2 of 3"
