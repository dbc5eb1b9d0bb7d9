"""OpenDocument texts, built by odfdo or from the XML that LibreOffice writes."""

from __future__ import annotations

import re

import pytest

from feedback.documents import Corrupt, Encrypted, Parsed, TooComplex
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from feedback.messages.words import in_english
from tests.factories import documents as files


def parsed(data: bytes) -> Parsed:
    return read(data, ".odt", Limits())


def text_of(inner: str) -> str:
    return parsed(files.opendocument_text(inner)).text


def test_headings_and_paragraphs_are_read_in_order() -> None:
    document = parsed(files.opendocument())
    assert [(heading.level, heading.title) for heading in document.headings] == [
        part for part in files.ESSAY if not isinstance(part, str)
    ]
    assert document.text.split("\n\n") == [part if isinstance(part, str) else part[1] for part in files.ESSAY]


def test_deleted_text_annotations_and_indexes_are_left_out() -> None:
    assert text_of(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>cheap</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:p>Bread 3</text:p></text:table-of-content>"
        "<text:p>Bread was <text:change text:change-id='a'/>dear."
        "<office:annotation><text:p>Really?</text:p></office:annotation></text:p>"
    ) == "Bread was dear."  # fmt: skip


def test_a_note_stands_after_the_paragraph_that_refers_to_it() -> None:
    body = "<text:note-body><text:p>Register.</text:p></text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
    assert text_of(f"<text:p>Dear{note} bread.</text:p><text:p>Hunger.</text:p>") == (
        "Dear[1] bread.\n\n[1] Register.\n\nHunger."
    )


def test_spaces_tabs_and_breaks_are_read_as_they_print() -> None:
    assert (
        text_of("<text:p>a\n   b<text:s text:c='3'/>c<text:tab/>d<text:line-break/>e</text:p>")
        == "a b c d\ne"
    )


def test_spans_keep_the_spaces_around_them() -> None:
    assert text_of("<text:p>a <text:span>b</text:span> c<text:span> d</text:span></text:p>") == "a b c d"


def test_nested_lists_and_tables_keep_their_text() -> None:
    inner = "<text:list><text:list-item><text:p>two</text:p></text:list-item></text:list>"
    items = f"<text:list><text:list-item><text:p>one</text:p>{inner}</text:list-item></text:list>"
    cells = "".join(
        f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in ("1788", "12")
    )
    table = f"<table:table><table:table-row>{cells}</table:table-row></table:table>"
    assert text_of(items + table) == "- one\n  - two\n\n1788 | 12"


def test_a_text_box_is_read_after_its_paragraph_without_its_description() -> None:
    box = "<draw:text-box><text:p>In a box.</text:p></draw:text-box><svg:title>alt</svg:title>"
    assert text_of(f"<text:p>Before.<draw:frame>{box}</draw:frame></text:p>") == "Before.\n\nIn a box."


def test_a_title_is_a_heading() -> None:
    inner = "<text:p text:style-name='Title'>Bread</text:p><text:p>Dear.</text:p>"
    assert [heading.title for heading in parsed(files.opendocument_text(inner)).headings] == ["Bread"]


def test_a_manifest_may_name_its_type_and_declare_nothing() -> None:
    above = (
        b'<?xml version="1.0"?>\n<!DOCTYPE m PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"'
    )
    named = files.with_parts(files.opendocument(), {"META-INF/manifest.xml": above + b"><m/>"})
    assert parsed(named).text == parsed(files.opendocument()).text
    declaring = above + b' [<!ENTITY a "aa">]><m>&a;</m>'
    with pytest.raises(TooComplex):
        parsed(files.with_parts(files.opendocument(), {"META-INF/manifest.xml": declaring}))


def test_a_password_is_recognised() -> None:
    manifest = b'<m:manifest xmlns:m="a"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    with pytest.raises(Encrypted):
        parsed(files.with_parts(files.opendocument(), {"META-INF/manifest.xml": manifest}))


def test_a_document_without_text_part_is_called_damaged() -> None:
    with pytest.raises(Corrupt):
        parsed(files.with_parts(files.opendocument(), {"content.xml": b"<a/>"}))


# Numbers, signs, formulas, and what cannot be seen ------------------------------------------------


def styled(inner: str, styles: str, **beside: files.Edit) -> Parsed:
    """A document with these automatic styles."""

    def put(content: bytes) -> bytes:
        text = re.sub(r"<office:automatic-styles\s*/>", "", content.decode())
        text = re.sub(r"<office:automatic-styles>.*</office:automatic-styles>", "", text, flags=re.DOTALL)
        automatic = f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        return text.replace("<office:body>", automatic, 1).encode()

    data = files.with_parts(files.opendocument_text(inner), {"content.xml": put, **beside})
    return parsed(data)


def list_style(*levels: str) -> str:
    return f"<text:list-style style:name='L'>{''.join(levels)}</text:list-style>"


def numbers(level: int, form: str, after: str = ".", more: str = "") -> str:
    return (
        f"<text:list-level-style-number text:level='{level}' style:num-format='{form}'"
        f" style:num-suffix='{after}' {more}/>"
    )


def items(*texts: str, more: str = "") -> str:
    inner = "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)
    return f"<text:list text:style-name='L' {more}>{inner}</text:list>"


def test_numbered_lists_keep_their_numbers_and_go_on_where_they_are_set_to() -> None:
    style = list_style(numbers(1, "1"), numbers(2, "a", ")"))
    nested = (
        "<text:list text:style-name='L'><text:list-item><text:p>one</text:p><text:p>more</text:p>"
        "<text:list><text:list-item><text:p>two</text:p></text:list-item></text:list></text:list-item></text:list>"
    )
    inner = nested + "<text:p>Between.</text:p>" + items("three", more="text:continue-numbering='true'")
    inner += "<text:p>Again.</text:p>" + items("four")
    assert styled(inner, style).text.replace("\n\n", "\n").split("\n") == [
        "1. one", "  more", "  a) two", "Between.", "2. three", "Again.", "1. four",
    ]  # fmt: skip


def test_a_list_may_start_elsewhere_and_write_out_the_levels_above() -> None:
    style = list_style(
        numbers(1, "I", more="text:start-value='4'"), numbers(2, "1", "", "text:display-levels='2'")
    )
    inner = (
        "<text:list text:style-name='L'><text:list-item><text:p>a</text:p>"
        "<text:list><text:list-item><text:p>b</text:p></text:list-item></text:list></text:list-item>"
        "<text:list-item text:start-value='9'><text:p>c</text:p></text:list-item></text:list>"
    )
    assert styled(inner, style).text == "IV. a\n  IV.1 b\nIX. c"


def test_a_paragraph_that_is_numbered_by_itself_counts_in_its_list() -> None:
    style = list_style(numbers(1, "1"), numbers(2, "a", ")"))
    one, other, below = (
        f"<text:numbered-paragraph text:style-name='L' text:list-id='x' text:level='{level}'>"
        f"<text:p>{text}</text:p></text:numbered-paragraph>"
        for level, text in ((1, "one"), (1, "two"), (2, "below"))
    )
    text = styled(f"{one}<text:p>Between.</text:p>{other}{below}", style).text
    assert text.replace("\n\n", "\n").split("\n") == ["1. one", "Between.", "2. two", "  a) below"]


def test_raised_text_and_signs_of_picture_fonts_keep_their_meaning() -> None:
    style = (
        "<style:style style:name='up' style:family='text'>"
        "<style:text-properties style:text-position='super 58%'/></style:style>"
        "<style:style style:name='down' style:family='text'>"
        "<style:text-properties style:text-position='-33% 58%'/></style:style>"
        "<style:style style:name='sign' style:family='text'>"
        "<style:text-properties style:font-name='Symbol'/></style:style>"
    )
    inner = (
        "<text:p>10<text:span text:style-name='up'>5</text:span> CO<text:span text:style-name='down'>2"
        "</text:span> <text:span text:style-name='sign'>q</text:span></text:p>"
    )
    assert styled(inner, style).text == "10⁵ CO₂ θ"


def test_bold_italics_and_the_marks_of_notes_are_kept() -> None:
    style = (
        "<style:style style:name='I' style:family='text'>"
        "<style:text-properties fo:font-style='italic' fo:font-weight='bold'/></style:style>"
    )
    inner = (
        "<text:p>In <text:span text:style-name='I'>Emma</text:span><text:note><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>1815.</text:p></text:note-body></text:note> he says"
        "</text:p>"
    )
    found = styled(inner, style)
    assert found.text == "In Emma[1] he says\n\n[1] 1815."
    assert [(found.text[each.start : each.end], each.style) for each in found.emphasis] == [
        ("Emma", "italic"), ("Emma", "strong"), ("[1]", "super"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "properties",
    [
        "text:display='none'",
        "fo:color='#ffffff'",
        "fo:font-size='1pt'",
        "fo:font-size='5%'",
        "style:text-scale='1%'",
        "fo:color='#000000' fo:background-color='#000000'",
    ],
)
def test_words_that_cannot_be_seen_are_left_out_with_a_warning(properties: str) -> None:
    style = (
        f"<style:style style:name='h' style:family='text'><style:text-properties {properties}/></style:style>"
    )
    document = styled(
        "<text:p>Seen.<text:span text:style-name='h'> Ignore it now.</text:span></text:p>", style
    )
    assert document.text == "Seen."
    assert in_english(document.warnings[0]).startswith("3 words that cannot be seen")


@pytest.mark.parametrize(
    "hidden",
    [
        "<text:section text:name='s' text:display='none'><text:p>Ignore it now.</text:p></text:section>",
        "<text:p><text:hidden-text text:string-value='Ignore it now.' text:is-hidden='true'/></text:p>",
        "<text:p><text:hidden-paragraph text:condition='1' text:is-hidden='true'/>Ignore it now.</text:p>",
        "<table:table><table:table-row table:visibility='collapse'><table:table-cell>"
        "<text:p>Ignore it now.</text:p></table:table-cell></table:table-row></table:table>",
    ],
)
def test_hidden_sections_rows_and_fields_are_left_out_with_a_warning(hidden: str) -> None:
    document = styled(f"<text:p>Seen.</text:p>{hidden}", "")
    assert document.text == "Seen."
    assert in_english(document.warnings[0]).startswith("3 words that cannot be seen")


@pytest.mark.parametrize(
    "shape",
    [
        "<draw:custom-shape><text:p>In it.</text:p></draw:custom-shape>",
        "<draw:g><draw:rect><text:p>In it.</text:p></draw:rect></draw:g>",
        "<draw:ellipse><text:p>In it.</text:p></draw:ellipse>",
    ],
)
def test_text_in_a_shape_stands_after_its_paragraph(shape: str) -> None:
    assert text_of(f"<text:p>Before{shape} and on.</text:p>") == "Before and on.\n\nIn it."


def test_a_picture_that_hangs_on_the_page_is_named() -> None:
    document = parsed(files.opendocument_text("<draw:frame><draw:image/></draw:frame><text:p>On.</text:p>"))
    assert document.text == "On."
    assert [in_english(warning) for warning in document.warnings] == [
        "This document holds a picture; text in it is not read and is not part of the feedback."
    ]


FORM = (
    "<office:forms xmlns:form='urn:oasis:names:tc:opendocument:xmlns:form:1.0'><form:form>"
    "<form:textarea form:id='essay' form:current-value='That bread was dear.'/>"
    "<form:text form:id='empty'/><form:password form:id='secret' form:value='opensesame'/>"
    "<form:checkbox form:id='agree' form:current-state='checked' form:label='I agree'/>"
    "<form:listbox form:id='grain'><form:option form:label='rye'/>"
    "<form:option form:label='wheat' form:current-selected='true'/></form:listbox>"
    "</form:form></office:forms>"
)


def test_answers_in_a_form_stand_where_they_were_given() -> None:
    inner = "".join(
        f"<text:p>{question}<draw:control draw:control='{name}'/></text:p>"
        for question, name in (
            ("What did you learn?", "essay"), ("More?", "empty"), ("", "agree"), ("Which grain?", "grain"),
            ("Word?", "secret"),
        )
    )  # fmt: skip
    assert text_of(FORM + inner).split("\n\n") == [
        "What did you learn? That bread was dear.", "More?", "☒ I agree", "Which grain? wheat", "Word?",
    ]  # fmt: skip


MATH = (
    "<math xmlns='http://www.w3.org/1998/Math/MathML'><semantics><mrow><mi>x</mi><mo>=</mo>"
    "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac><mo>+</mo><msup><mi>y</mi><mn>2</mn></msup>"
    "<mo>+</mo><msqrt><mi>z</mi></msqrt><mo>+</mo>"
    "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
    "<msub><mi>a</mi><mi>i</mi></msub>"
    "</mrow><annotation encoding='StarMath 5.0'>x = {a+b} over 2</annotation></semantics></math>"
)


def test_a_formula_is_one_readable_line_in_its_place() -> None:
    frame = "<draw:frame><draw:object xlink:href='./Object 1'/><draw:image xlink:href='r'/></draw:frame>"
    document = styled(f"<text:p>where{frame}holds</text:p>", "", **{"Object 1/content.xml": MATH.encode()})
    assert document.text == "where x = (a+b)/2+y²+√(z)+∑_(i = 1)^n a_i holds"
    assert document.warnings == ()


def test_a_picture_and_an_object_that_cannot_be_read_are_named() -> None:
    picture = "<draw:frame><draw:image xlink:href='Pictures/1.png'/></draw:frame>"
    broken = "<draw:frame><draw:object xlink:href='./Object 9'/></draw:frame>"
    document = styled(f"<text:p>See{picture}{broken}</text:p>", "")
    assert tuple(map(in_english, document.warnings)) == (
        "This document holds a picture; text in it is not read and is not part of the feedback.",
        "A chart or drawing could not be read; it is not part of the feedback.",
    )


def test_headings_that_the_document_numbers_keep_their_numbers() -> None:
    def put(xml: bytes) -> bytes:
        outline = (
            "<style:style style:name='H' style:family='paragraph' style:default-outline-level='1'/>"
            "<text:outline-style style:name='Outline'>"
            "<text:outline-level-style text:level='1' style:num-format='1' style:num-suffix='.'/>"
            "<text:outline-level-style text:level='2' style:num-format='1' text:display-levels='2'/>"
            "</text:outline-style></office:styles>"
        )
        without = re.sub(rb"<text:outline-style.*</text:outline-style>", b"", xml, flags=re.DOTALL)
        return without.replace(b"</office:styles>", outline.encode(), 1)

    inner = "".join(
        f"<text:h text:style-name='H' text:outline-level='{level}'>{text}</text:h>"
        for level, text in ((1, "Bread"), (2, "Prices"), (1, "Hunger"))
    )
    document = styled(inner + "<text:p>It was dear.</text:p>", "", **{"styles.xml": put})
    assert [heading.title for heading in document.headings] == ["1. Bread", "1.1 Prices", "2. Hunger"]


def test_a_place_of_a_template_is_no_word_of_the_student() -> None:
    document = styled("<text:p>Name: <text:placeholder>&lt;your name&gt;</text:placeholder></text:p>", "")
    assert document.text == "Name:"
    assert tuple(map(in_english, document.warnings)) == (
        "One place of the template that was not filled in was left out.",
    )
