"""Broken, huge, encrypted and hostile files end as one sentence, through the real child process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from feedback.documents import (
    Corrupt,
    DocumentError,
    Empty,
    Encrypted,
    Limits,
    NoText,
    TooComplex,
    TooLarge,
    WrongType,
    check_size,
    parse,
)
from feedback.messages.words import in_english
from tests.factories import documents as files

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("make", "filename", "error"),
    [
        (lambda: b"", "a.docx", Empty),
        (lambda: b" \n\t\r\n ", "a.txt", Empty),
        (lambda: "\ufeff\u200b\u202e".encode(), "a.txt", Empty),
        (lambda: files.word(["", "  "]), "a.docx", Empty),
        (lambda: files.word(["x"])[:-200], "a.docx", Corrupt),
        (lambda: b"PK\x03\x04" + b"\0" * 5_000, "a.docx", Corrupt),
        (lambda: PICTURE[8:], "a.docx", Corrupt),
        (files.lying_zip, "a.docx", Corrupt),
        (files.zip_bomb, "a.docx", TooComplex),
        (files.many_entries, "a.docx", TooComplex),
        (files.entity_bomb, "a.docx", TooComplex),
        (files.external_entity, "a.docx", TooComplex),
        (files.deeply_nested, "a.docx", TooComplex),
        (files.encrypted_word, "a.docx", Encrypted),
        (lambda: files.pdf(user_password="secret"), "a.pdf", Encrypted),
        (lambda: files.pdf()[:900], "a.pdf", Corrupt),
        (files.pdf_bomb, "a.pdf", Empty),
        (files.scanned_pdf, "a.pdf", NoText),
        (files.old_word, "a.doc", WrongType),
        (lambda: b"{\\rtf1 Bread}", "a.rtf", WrongType),
        (lambda: b"whatever", "a.pages", WrongType),
        (lambda: files.archive({"xl/workbook.xml": b"<a/>"}), "a.xlsx", WrongType),
        (lambda: files.archive({"ppt/presentation.xml": b"<a/>"}), "a.pptx", WrongType),
        (lambda: files.archive({"Index/Document.iwa": b"a"}), "a.pages", WrongType),
        (lambda: files.archive({"essay.docx": files.word()}), "a.zip", WrongType),
        (lambda: files.archive({"a.bin": b"a"}), "a.docx", Corrupt),
        (lambda: bytes(range(256)) * 100, "a.txt", WrongType),
        (lambda: PICTURE, "a.txt", WrongType),
        (lambda: b"Plain words.", "a.docx", WrongType),
        (lambda: b"<!DOCTYPE html><p>Bread", "a.txt", WrongType),
        (lambda: b"Plain words.", "a.exe", WrongType),
        (lambda: b"Plain words.", "a\0/../\udcff.docx", WrongType),
    ],
)
def test_a_bad_file_ends_as_one_clear_sentence(
    make: Callable[[], bytes], filename: str, error: type[DocumentError]
) -> None:
    with pytest.raises(error) as refused:
        parse(make(), filename)
    assert refused.value.code == error.code
    assert in_english(refused.value.message).endswith((".", "first."))
    assert "\n" not in in_english(refused.value.message)


@pytest.mark.parametrize(
    ("data", "filename", "advice"),
    [
        (files.old_word(), "a.doc", "save it as .docx"),
        (b"{\\rtf1 Bread}", "a.txt", "This is an RTF document"),
        (b"whatever", "a.pages", "export it from Pages as Word"),
        (b"Plain words.", "a.pdf", "named .pdf, but inside it is not a PDF"),
        (files.scanned_pdf(), "a.pdf", "run text recognition"),
    ],
)
def test_the_sentence_says_what_to_do(data: bytes, filename: str, advice: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse(data, filename)
    assert advice in in_english(refused.value.message)


def test_a_file_of_fifty_megabytes_is_refused_before_any_of_it_is_read() -> None:
    no_time = Limits(wall_seconds=0.0)  # a child could only time out
    with pytest.raises(TooLarge, match="limit=20"):
        parse(b"a" * (50 * 1024 * 1024), "a.txt", limits=no_time)
    with pytest.raises(TooLarge):
        check_size(50 * 1024 * 1024)


def test_too_many_words_are_refused_with_both_numbers() -> None:
    with pytest.raises(TooLarge, match="words=1200 most=1000"):
        parse(files.prose(1_200).encode(), "a.txt", limits=Limits(max_words=1_000))


def test_a_document_of_one_enormous_paragraph_is_read_whole() -> None:
    assert parse(files.word([files.prose(40_000)]), "a.docx").words == 40_000


def test_a_reader_can_neither_reach_the_network_nor_start_a_program() -> None:
    attempts = (
        "import sys; from feedback.documents import child, errors; sys.addaudithook(child._refuse)\n"
        "import os, socket, subprocess\n"
        "popen, system = lambda: subprocess.Popen(['true']), lambda: os.system('true')\n"
        "for attempt in (socket.socket, popen, system, os.fork):\n"
        "    try:\n"
        "        attempt()\n"
        "    except errors.TooComplex:\n"
        "        continue\n"
        "    sys.exit(1)\n"
    )
    assert subprocess.run([sys.executable, "-c", attempts], check=False).returncode == 0
