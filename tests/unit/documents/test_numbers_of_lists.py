"""A list of a Word document keeps the numbers that Word shows, since a text refers to them."""

from __future__ import annotations

import pytest

from feedback.documents.formats import read
from feedback.documents.formats.word.numbering import letters, ordinal, roman, written
from feedback.documents.structure.model import Limits
from tests.factories import documents as files
from tests.factories.documents import word_paragraph as paragraph
from tests.factories.documents import word_run as run


def level(depth: int, text: str, form: str = "decimal", start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def definition(key: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{key}">{"".join(levels)}</w:abstractNum>'


def number(key: int, definition: int, override: str = "") -> str:
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{definition}"/>{override}</w:num>'


def item(text: str, depth: int = 0, key: int = 1) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{key}"/></w:numPr>'
    return paragraph(run(text), properties=properties)


def lines(body: str, numbering: str, **parts: str) -> list[str]:
    data = files.word_body(body, numbering=numbering, **parts)
    return [line for line in read(data, ".docx", Limits()).text.split("\n") if line]


THREE = definition(
    0, level(0, "%1."), level(1, "%2)", "lowerLetter"), level(2, "(%3)", "lowerRoman")
) + number(1, 0)  # fmt: skip


def test_each_level_counts_in_its_own_form_and_starts_again_under_the_one_above() -> None:
    body = item("a") + item("b", 1) + item("c", 1) + item("d", 2) + item("e") + item("f", 1)
    assert lines(body, THREE) == ["1. a", "  a) b", "  b) c", "    (i) d", "2. e", "  a) f"]


def test_a_list_goes_on_after_a_paragraph_between_its_items() -> None:
    body = item("first") + paragraph(run("Between.")) + item("second")
    assert lines(body, THREE) == ["1. first", "Between.", "2. second"]


def test_two_lists_of_one_definition_go_on_counting_and_one_that_starts_again_does() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = definition(0, level(0, "%1.")) + number(1, 0) + number(2, 0) + number(3, 0, again)
    body = item("a") + item("b") + item("c", key=2) + item("d", key=3) + item("e", key=3)
    assert lines(body, numbering) == ["1. a", "2. b", "3. c", "1. d", "2. e"]


def test_numbers_of_several_levels_are_written_out() -> None:
    numbering = definition(0, level(0, "%1"), level(1, "%1.%2"), level(2, "%1.%2.%3")) + number(1, 0)
    body = item("a") + item("b", 1) + item("c", 2) + item("d", 1) + item("e")
    assert lines(body, numbering) == ["1 a", "  1.1 b", "    1.1.1 c", "  1.2 d", "2 e"]


def test_a_legal_level_writes_the_numbers_above_it_in_figures() -> None:
    numbering = definition(
        0, level(0, "%1.", "upperRoman"), level(1, "%1.%2", more="<w:isLgl/>")
    ) + number(1, 0)  # fmt: skip
    assert lines(item("a") + item("b", 1), numbering) == ["I. a", "  1.1 b"]


def test_a_level_may_start_elsewhere_and_may_go_on_for_ever() -> None:
    going_on = level(1, "%2.", more='<w:lvlRestart w:val="0"/>')
    numbering = definition(0, level(0, "%1.", start=4), going_on) + number(1, 0)
    body = item("a") + item("b", 1) + item("c") + item("d", 1)
    assert lines(body, numbering) == ["4. a", "  1. b", "5. c", "  2. d"]


def test_an_override_may_define_a_level_anew() -> None:
    override = f'<w:lvlOverride w:ilvl="0">{level(0, "Reason %1:")}</w:lvlOverride>'
    numbering = definition(0, level(0, "%1.")) + number(1, 0, override)
    assert lines(item("a") + item("b"), numbering) == ["Reason 1: a", "Reason 2: b"]


def test_bullets_stay_bullets_and_a_level_without_number_shows_none() -> None:
    numbering = (
        definition(0, level(0, "\uf0b7", "bullet"), level(1, "", "none"))
        + number(1, 0)
    )  # fmt: skip
    assert lines(item("a") + item("b", 1), numbering) == ["- a", "b"]


def test_a_style_numbers_its_paragraphs_at_its_level_and_headings_keep_their_numbers() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="h1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="h2"><w:name w:val="heading 2"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = definition(
        0, level(0, "%1", more='<w:pStyle w:val="h1"/>'), level(1, "%1.%2", more='<w:pStyle w:val="h2"/>')
    ) + number(1, 0)  # fmt: skip
    body = "".join(
        paragraph(run(text), properties=f'<w:pStyle w:val="{style}"/>')
        for style, text in (("h1", "Bread"), ("h2", "Prices"), ("h2", "Wages"), ("h1", "Hunger"))
    ) + paragraph(run("It was dear."))
    data = files.word_body(body, numbering=numbering, styles=styles)
    headings = [(heading.level, heading.title) for heading in read(data, ".docx", Limits()).headings]
    assert headings == [(1, "1 Bread"), (2, "1.1 Prices"), (2, "1.2 Wages"), (1, "2 Hunger")]


def test_an_item_of_a_list_is_no_heading_unless_it_is_bold() -> None:
    long = paragraph(run(files.prose(60)))
    body = item("The soft silt") + long + item("The deaf board") + long
    assert read(files.word_body(body, numbering=THREE), ".docx", Limits()).headings == ()
    bold = body.replace("<w:rPr></w:rPr>", "<w:rPr><w:b/></w:rPr>", 1)
    (heading,) = read(files.word_body(bold, numbering=THREE), ".docx", Limits()).headings
    assert heading.title == "1. The soft silt"


def test_a_list_that_nothing_defines_is_one_of_numbers() -> None:
    data = files.word_body(item("a") + item("b"))
    data = files.without_part(data, "word/numbering.xml")
    assert read(data, ".docx", Limits()).text == "1. a\n2. b"


def test_a_paragraph_that_is_taken_out_of_its_styles_list_has_no_number() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="l"><w:name w:val="L"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    out = '<w:pStyle w:val="l"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = paragraph(run("a"), properties='<w:pStyle w:val="l"/>') + paragraph(run("b"), properties=out)
    assert lines(body, THREE, styles=styles) == ["1. a", "b"]


@pytest.mark.parametrize(
    ("value", "form", "reads"),
    [
        (3, "decimalZero", "03"), (14, "lowerRoman", "xiv"), (28, "upperLetter", "BB"), (2, "ordinal", "2nd"),
        (3, "cardinalText", "Three"), (2, "ordinalText", "Second"), (5, "decimalEnclosedCircle", "⑤"),
        (5, "thaiNumbers", "5"), (0, "lowerLetter", "0"), (2, "chicago", "†"),
    ],
)  # fmt: skip
def test_a_number_is_written_in_the_form_of_its_list(value: int, form: str, reads: str) -> None:
    assert written(value, form) == reads


def test_figures_without_end_stay_short() -> None:
    assert roman(4_000) == "4000"
    assert letters(999_999) == "999999"
    assert [ordinal(each) for each in (1, 11, 22, 113)] == ["1st", "11th", "22nd", "113th"]
