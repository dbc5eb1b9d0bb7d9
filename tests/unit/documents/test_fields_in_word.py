"""Fields of a Word document: their code is no text, and a code that shows something by itself is read."""

from __future__ import annotations

import pytest

from feedback.documents.formats import read
from feedback.documents.structure.model import Limits, Parsed
from feedback.messages.words import in_english
from tests.factories import documents as files
from tests.factories.documents import word_paragraph as paragraph
from tests.factories.documents import word_run as run


def word(*inner: str) -> Parsed:
    return read(files.word_body("".join(inner)), ".docx", Limits())


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(code: str, result: str = "") -> str:
    """A field with its code; a code may hold fields itself."""
    inner = code if code.startswith("<") else f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return f"{mark('begin')}{inner}{mark('separate')}{result and run(result)}{mark('end')}"


def test_the_result_of_a_field_inside_a_code_does_not_show() -> None:
    condition = f"<w:r><w:instrText> IF </w:instrText></w:r>{field(' MERGEFIELD mark ', '17')}"

    assert word(paragraph(run("A "), field(condition, "pass"), run(" B"))).text == "A pass B"


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        (' SYMBOL 163 \\f "Symbol" \\s 12 ', "p ≤ 0.05"),
        (" SYMBOL 0x2264 \\u ", "p ≤ 0.05"),
        (" EQ \\f(1;2) ", "p 1/2 0.05"),
        (" EQ \\f(a+b,\\r(x)) ", "p (a+b)/(√(x)) 0.05"),
        (" EQ \\r(3;x) ", "p ∛(x) 0.05"),
        (" EQ \\s\\up8(2) ", "p ² 0.05"),
        (" EQ \\f(1;x\\s\\do4(i)) ", "p 1/x_i 0.05"),
        (" PAGE ", "p 0.05"),
    ],
)
def test_a_code_without_a_result_shows_what_it_stands_for(code: str, reads: str) -> None:
    assert word(paragraph(run("p "), field(code), run(" 0.05"))).text == reads


@pytest.mark.parametrize(
    ("codes", "reads"),
    [
        ([" LISTNUM ", " LISTNUM "], "1) a, 2) a, "),
        ([" LISTNUM \\l 1 ", " LISTNUM \\l 2 ", " LISTNUM \\l 2 ", " LISTNUM \\l 1 "],
         "1) a, a) a, b) a, 2) a, "),
        ([' LISTNUM "NumberDefault" \\l 3 \\s 4 '], "iv) a, "),
        ([" LISTNUM OutlineDefault \\l 1 ", " LISTNUM OutlineDefault \\l 2 "], "I. a, A. a, "),
        ([" LISTNUM LegalDefault \\l 1 ", " LISTNUM LegalDefault \\l 2 ", " LISTNUM LegalDefault \\l 2 "],
         "1. a, 1.1. a, 1.2. a, "),
    ],
)  # fmt: skip
def test_numbers_within_a_line_are_counted_as_word_counts_them(codes: list[str], reads: str) -> None:
    inner = "".join(field(code) + run(" a, ") for code in codes)
    assert word(paragraph(inner)).text == reads.strip()


def test_a_button_that_asks_for_text_is_a_place_of_the_template() -> None:
    document = word(paragraph(run("Title:"), field(" MACROBUTTON NoMacro [Click and type a title] ")))
    assert document.text == "Title:"
    assert [in_english(warning) for warning in document.warnings] == [
        "One place of the template that was not filled in was left out."
    ]


def test_the_result_goes_before_the_code() -> None:
    assert word(paragraph(run("p "), field(" SYMBOL 163 ", "≤"), run(" 1"))).text == "p ≤ 1"


def test_an_equation_that_is_no_fraction_or_root_is_named() -> None:
    document = word(paragraph(run("so "), field(" EQ \\a(x;y) "), run(" holds")))

    assert document.text == "so holds"
    assert [in_english(warning) for warning in document.warnings] == [
        in_english(warning)
        for warning in word(
            paragraph(
                run("so holds"),
                '<w:r><w:object><o:OLEObject xmlns:o="urn:o" ProgID="Equation.3"/></w:object></w:r>',
            )
        ).warnings
    ]


def test_a_code_that_never_ends_does_not_hide_the_next_paragraph() -> None:
    assert word(paragraph(run("A"), mark("begin"), run("lost")), paragraph(run("B"))).text == "A\n\nB"
