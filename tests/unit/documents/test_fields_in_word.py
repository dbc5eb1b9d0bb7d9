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
        (" PAGE ", "p 0.05"),
    ],
)
def test_a_code_without_a_result_shows_what_it_stands_for(code: str, reads: str) -> None:
    assert word(paragraph(run("p "), field(code), run(" 0.05"))).text == reads


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
