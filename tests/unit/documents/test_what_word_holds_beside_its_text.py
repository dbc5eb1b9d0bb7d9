"""Diagrams, charts, embedded pages, forms and pictures are read, or named as not read."""

from __future__ import annotations

import pytest

from feedback.documents import Parsed
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from feedback.messages.words import in_english
from tests.factories import documents as files
from tests.factories.documents import word_paragraph as paragraph
from tests.factories.documents import word_run as run

DIAGRAM_SPACES = (
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
CHART_SPACES = DIAGRAM_SPACES.replace("diagram", "chart").replace("dgm", "c")


def drawing(inner: str, properties: str = '<wp:docPr id="1"/>') -> str:
    graphic = f"<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic>"
    return f"<w:r><w:drawing><wp:inline>{properties}{graphic}</wp:inline></w:drawing></w:r>"


def parsed(body: str, **beside: bytes) -> Parsed:
    parts = {f"{name}.xml": part for name, part in beside.items()}
    return read(files.word_with(body, parts), ".docx", Limits())


def point(key: str, text: str, form: str = "node") -> str:
    letters = f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t>"
    return f'<dgm:pt modelId="{key}" type="{form}">{letters}</dgm:pt>'


def line(above: str, below: str, order: int) -> str:
    return f'<dgm:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'


def diagram(*inner: str) -> bytes:
    return f"<dgm:dataModel {DIAGRAM_SPACES}>{''.join(inner)}</dgm:dataModel>".encode()


DIAGRAM = paragraph(drawing('<dgm:relIds r:dm="d1"/>'))


def test_a_diagram_is_a_list_in_its_place_and_its_order() -> None:
    data = diagram(
        point("0", "", "doc"), point("1", "Dredge"), point("2", "Survey"), point("3", "By boat"),
        point("9", "a line", "parTrans"), line("0", "1", 1), line("0", "2", 0), line("2", "3", 0),
    )  # fmt: skip
    text = parsed(paragraph(run("Steps:")) + DIAGRAM + paragraph(run("Done.")), d1=data).text
    assert text == "Steps:\n\n- Survey\n  - By boat\n- Dredge\n\nDone."


def test_points_that_no_line_leads_to_are_read_all_the_same_and_a_circle_ends() -> None:
    circle = diagram(
        point("0", "", "doc"), point("1", "a"), point("2", "b"), point("3", "alone"),
        line("0", "1", 0), line("1", "2", 0), line("2", "1", 0),
    )  # fmt: skip
    assert parsed(DIAGRAM, d1=circle).text == "- a\n  - b\n- alone"


@pytest.mark.parametrize("beside", [{}, {"d1": b"<broken"}])
def test_a_diagram_that_cannot_be_read_is_named(beside: dict[str, bytes]) -> None:
    assert tuple(map(in_english, parsed(paragraph(run("Steps:")) + DIAGRAM, **beside).warnings)) == (
        "A chart or drawing could not be read; it is not part of the feedback.",
    )


def test_a_chart_is_read_with_its_title_and_values() -> None:
    def values(tag: str, *each: str) -> str:
        points = "".join(f"<c:pt><c:v>{value}</c:v></c:pt>" for value in each)
        return f"<c:{tag}><c:strRef><c:strCache>{points}</c:strCache></c:strRef></c:{tag}>"

    title = "<c:title><c:tx><a:p><a:r><a:t>Price of bread</a:t></a:r></a:p></c:tx></c:title>"
    series = (
        f"<c:ser>{values('tx', 'sous')}{values('cat', '1788', '1789')}{values('val', '12', '14')}</c:ser>"
    )
    chart = f"<c:chartSpace {CHART_SPACES}>{title}{series}</c:chartSpace>".encode()
    body = paragraph(drawing('<c:chart r:id="c1"/>'))
    assert parsed(body, c1=chart).text == "Price of bread\n\nsous\n1788 | 12\n1789 | 14"


def test_a_web_page_inside_a_document_is_read_as_it_shows() -> None:
    page = (
        b"<html><head><title>no</title><style>p{}</style></head><body><h2>Bread</h2>"
        b"<p>It cost 10<sup>5</sup> sous &amp; more.</p><ol><li>one<li>two</ol>"
        b"<p style='display:none'>ignore me</p>"
        b"<table><tr><td>1788</td><td>12</td></tr></table><script>no()</script></body></html>"
    )
    body = paragraph(run("Before.")) + '<w:altChunk r:id="h1"/>' + paragraph(run("After."))
    document = parsed(body, h1=page)
    assert document.text == (
        "Before.\n\nBread\n\nIt cost 10⁵ sous & more.\n\n1. one\n2. two\n\n1788 | 12\n\nAfter."
    )
    assert [heading.title for heading in document.headings] == ["Bread"]
    assert in_english(document.warnings[0]).startswith("2 words that cannot be seen")


def test_a_web_archive_a_text_and_a_document_inside_a_document_are_read() -> None:
    archive = b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>From the web.</p>"
    inside = files.word_body(paragraph(run("From Word.")))
    body = "".join(f'<w:altChunk r:id="{key}"/>' for key in ("a", "b", "c"))
    assert parsed(body, a=archive, b=b"From a text.", c=inside).text == (
        "From the web.\n\nFrom a text.\n\nFrom Word."
    )


def test_a_document_inside_a_document_inside_a_document_is_named() -> None:
    inside = files.word_with('<w:altChunk r:id="b"/>' + paragraph(run("In.")), {"b.xml": b"deeper"})
    document = parsed('<w:altChunk r:id="a"/>', a=inside)
    assert document.text == "In."
    assert tuple(map(in_english, document.warnings)) == (
        "A file inside this document was not read; it is not part of the feedback.",
    )


def test_pictures_are_named() -> None:
    body = paragraph(run("See:"), drawing("<pic:pic/>"), drawing("<pic:pic/>"))
    assert tuple(map(in_english, parsed(body).warnings)) == (
        "This document holds 2 pictures; text in them is not read and is not part of the feedback.",
    )


def test_word_art_is_text() -> None:
    art = '<w:r><w:pict><v:shape><v:textpath string="The Price of Bread"/></v:shape></w:pict></w:r>'
    assert parsed(paragraph(art)).text == "The Price of Bread"


def test_unfilled_places_of_a_template_are_not_the_students_words() -> None:
    def control(text: str, is_empty: bool) -> str:
        shown = "<w:showingPlcHdr/>" if is_empty else ""
        return f"<w:sdt><w:sdtPr>{shown}</w:sdtPr><w:sdtContent>{text}</w:sdtContent></w:sdt>"

    body = (
        paragraph(run("Name: "), control(run("Click or tap here to enter text."), True))
        + control(paragraph(run("Choose an item.")), True)
        + control(paragraph(run("My own answer.")), False)
    )
    document = parsed(body)
    assert document.text == "Name:\n\nMy own answer."
    assert tuple(map(in_english, document.warnings)) == (
        "2 places of the template that were not filled in were left out.",
    )


def test_answers_in_form_fields_are_read() -> None:
    def field(inner: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{inner}</w:ffData></w:fldChar></w:r>'

    ticked = '<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'
    choice = (
        '<w:ddList><w:result w:val="1"/><w:listEntry w:val="rye"/><w:listEntry w:val="wheat"/></w:ddList>'
    )
    body = paragraph(field(ticked), run(" I agree. Bread: "), field(choice))
    assert parsed(body).text == "☒ I agree. Bread: wheat"


def test_what_a_template_asks_for_is_not_the_students_words_in_any_format() -> None:
    document = read(b"Name: Click or tap here to enter text.\n\nBread was dear.", ".txt", Limits())
    assert document.text == "Name:\n\nBread was dear."
    assert tuple(map(in_english, document.warnings)) == (
        "One place of the template that was not filled in was left out.",
    )
