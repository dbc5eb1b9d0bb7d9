"""OpenDocument texts, built by odfdo or from the XML that LibreOffice writes."""

from __future__ import annotations

import pytest

from feedback.documents import Corrupt, Encrypted, Parsed
from feedback.documents.formats import read
from feedback.documents.model import Limits
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


def test_a_password_is_recognised() -> None:
    manifest = b'<m:manifest xmlns:m="a"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    with pytest.raises(Encrypted):
        parsed(files.with_parts(files.opendocument(), {"META-INF/manifest.xml": manifest}))


def test_a_document_without_text_part_is_called_damaged() -> None:
    with pytest.raises(Corrupt):
        parsed(files.with_parts(files.opendocument(), {"content.xml": b"<a/>"}))
