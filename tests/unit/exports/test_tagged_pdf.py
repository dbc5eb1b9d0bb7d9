"""The exported PDF: tagged, in its language, and made of data that is never markup."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from feedback.exports import Block, Export, Note, Piece
from feedback.exports.pdf import pdf

ORIGIN = (("Written by", "rules"), ("Version", "offline-rules-3"))


def opened(text: str = "Bees matter.", level: int = 0, language: str = "en") -> PdfReader:
    passage = Piece("They pollinate", notes=(1,), ends=(1,))
    blocks = [Block([Piece("On bees")], 1), Block([Piece(text)], level), Block([passage, Piece(" crops.")])]
    notes = [
        Note(1, "Clarity", "Which crops?", "Name one.", quote="They pollinate"),
        Note(2, "Style", "Short.", is_anchored=False),
    ]
    made = Export("On bees", "Handed in.", "By rules", blocks, notes, origin=ORIGIN, language=language)
    return PdfReader(io.BytesIO(pdf(made)))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_it_is_tagged_and_says_its_language_and_its_title() -> None:
    root: Any = opened(language="de").trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_its_origin_is_on_the_page_and_in_its_metadata() -> None:
    reader = opened()

    assert "Written by: rules · Version: offline-rules-3" in words(reader)
    assert reader.metadata is not None
    assert "offline-rules-3" in str(reader.metadata.get("/Keywords"))
    assert "offline-rules-3" in str(reader.metadata.subject)


def test_a_passage_is_an_annotation_that_leads_to_its_note() -> None:
    links = [found.get_object() for page in opened().pages for found in page.get("/Annots", ())]

    assert [link["/Subtype"] for link in links] == ["/Link"]
    assert "/StructParent" in links[0]


@pytest.mark.parametrize(
    "text",
    [
        "#let x = 1; #x",
        "*bold* _it_ $x^2$",
        "= No heading",
        '"); #panic("x")',
        "\\ @label <tag> `code`",
        "https://a.example/#b",
    ],
)
def test_marks_of_typst_in_a_text_stay_letters(text: str) -> None:
    assert " ".join(text.split()) in words(opened(text))


def test_letters_that_no_font_has_are_question_marks_and_the_page_says_so() -> None:
    found = words(opened("文章 \U00012000 well"))

    assert "well" in found
    assert "stand here as" in found


@pytest.mark.parametrize("level", [2, 3, 6, 9])
def test_a_heading_that_skips_a_level_is_no_obstacle(level: int) -> None:
    assert "Bees matter." in words(opened(level=level))


def test_a_document_without_a_title_or_a_word_is_made() -> None:
    assert pdf(Export("", "", "", [])).startswith(b"%PDF")
