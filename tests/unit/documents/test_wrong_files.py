"""A file that is no document says what it is and what to do, whatever it is named."""

from __future__ import annotations

import pytest

from feedback.documents import Encrypted, WrongType, parse
from feedback.messages.words import in_english
from tests.factories import documents as files

LINK = b"L\x00\x00\x00\x01\x14\x02\x00" + b"\0" * 60
WEBLOC = (
    b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "x">'
    b'<plist version="1.0"><dict><key>URL</key><string>https://a.b</string></dict></plist>'
)
ODF = "application/vnd.oasis.opendocument"
ARCHIVED_PAGE = (
    b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type=text/html\r\n"
)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("~$essay.docx", b"\x03Ada" + b"\0" * 158, "the mark that it is open in Word"),
        ("essay.docx", b"\x03Ada" + b" " * 158, "the mark that it is open in Word"),
        (".~lock.essay.odt#", b",ada,host,01.01.2026 10:00,file:///x;", "the mark that it is open"),
        ("._essay.docx", b"\x00\x05\x16\x07" + b"\0" * 100, "what macOS keeps about it"),
        ("essay.docx", b"\x00\x05\x16\x07" + b"\0" * 100, "what macOS keeps about it"),
        ("essay.gdoc", b'{"url": "https://docs.google.com/x", "doc_id": "1"}', "This is a shortcut"),
        ("essay.docx", b'{"doc_id": "1", "email": "a@b.c"}', "This is a shortcut"),
        ("essay.url", b"[InternetShortcut]\r\nURL=https://a.b", "This is a shortcut"),
        ("essay.txt", b"[InternetShortcut]\r\nURL=https://a.b", "This is a shortcut"),
        ("essay.docx.lnk", LINK, "This is a shortcut"),
        ("essay.webloc", WEBLOC, "This is a shortcut"),
        ("essay.docx", b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "This is a web page"),
        ("essay.pdf", b"<html><head><title>Essay</title>", "This is a web page"),
        ("essay.doc", ARCHIVED_PAGE, "This is a web page"),
        ("essay.docx", b"\xff\xd8\xff\xe0" + b"\0" * 100, "This is a picture"),
        ("essay.pdf", b"\0\0\0\x18ftypheic" + b"\0" * 100, "This is a picture"),
        ("essay.docx", b"RIFF\0\0\0\0WEBPVP8 ", "This is a picture"),
        ("essay.docx", b"II*\0" + b"\0" * 100, "This is a picture"),
        ("essay.doc", files.OLE_HEADER + b"\0" * 600, "old Office version"),
        ("essay.docx", files.OLE_HEADER + b"\0" * 600, "old Office version"),
        ("essay.docx", files.OLE_HEADER + "Workbook".encode("utf-16-le"), "This is a spreadsheet"),
        ("essay.ppt", files.OLE_HEADER + "PowerPoint Document".encode("utf-16-le"), "a set of slides"),
        ("essay.docx", b"{\\rtf1 Bread}", "This is an RTF document"),
        ("essay.docx", b"\xef\xbb\xbf{\\rtf1 Bread}", "This is an RTF document"),
        ("essay.docx", b"\r\n{\\rtf1 Bread}", "This is an RTF document"),
        ("essay.docx", b"bplist00\xd1\x01\x02SURL_", "This is a shortcut"),
        ("essay.doc", b"\xef\xbb\xbf<html><body>Essay</body></html>", "This is a web page"),
        ("essay.odt", files.archive({"mimetype": f"{ODF}.spreadsheet".encode()}), "This is a spreadsheet"),
        ("essay.odt", files.archive({"mimetype": f"{ODF}.presentation".encode()}), "a set of slides"),
        ("essay.pages", b"whatever", "export it from Pages as Word"),
        ("essay.tex", b"\\documentclass{article}", "source of a TeX document"),
        ("essay.docx", b"7z\xbc\xaf\x27\x1c\0\0", "This is a zip archive"),
        ("essay.docx.crdownload", b"PK", "was not finished"),
        ("book.epub", files.archive({"META-INF/container.xml": b"<a/>"}), "This is an e-book"),
    ],
)  # fmt: skip
def test_it_says_what_it_is(name: str, data: bytes, says: str) -> None:
    with pytest.raises(WrongType) as refused:
        parse(data, name)
    assert says in in_english(refused.value.message)


def test_a_document_with_a_password_is_distinguished_from_an_old_one() -> None:
    with pytest.raises(Encrypted):
        parse(files.encrypted_word(), "essay.docx")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("essay.txt", "BMW made engines before it made cars."),
        ("essay.txt", '{"a": 1} is how JSON looks, and this is about it.'),
        ("essay.md", "<p>Bread was dear.</p>"),
        ("essay.txt", "From: the start\n\nBread was dear."),
        ("~tilde.txt", "Bread was dear."),
    ],
)
def test_a_text_that_only_begins_alike_is_read(name: str, text: str) -> None:
    assert parse(text.encode(), name).words > 2
