"""What is kept as a file: a document with its comments in three formats, and everything as a zip."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Download, Page
from pypdf import PdfReader

from feedback.models import Document, User
from tests.e2e.site import Site
from tests.factories import reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

COMMENTS = (
    "Say what makes it clear.",
    "A good, plain reason.",
    "Name a source.",
)  # the last of what to do next


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_read_document(owner)


def taken(page: Page, link: str) -> Download:
    with page.expect_download() as begun:
        page.get_by_role("link", name=link).click()
    return begun.value


def words_of_word(path: Path) -> str:
    """Of the real comments in its margin, and of the text."""
    word = docx.Document(str(path))
    noted = [paragraph.text for comment in word.comments for paragraph in comment.paragraphs]
    return "\n".join([*noted, *(paragraph.text for paragraph in word.paragraphs)])


def words_of_pdf(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


READ: dict[str, Callable[[Path], str]] = {"docx": words_of_word, "pdf": words_of_pdf, "md": Path.read_text}


@pytest.mark.parametrize(
    ("link", "ending"), [("Word, with comments", "docx"), ("PDF", "pdf"), ("Markdown", "md")]
)
def test_a_document_is_kept_with_its_comments_in_it(
    reader: Page, site: Site, document: Document, tmp_path: Path, link: str, ending: str
) -> None:
    reader.goto(site / f"documents/{document.pk}/")
    reader.get_by_text("Keep a copy").click()
    download = taken(reader, link)
    assert download.suggested_filename.endswith(f".{ending}")
    download.save_as(tmp_path / "kept")
    words = READ[ending](tmp_path / "kept")
    assert [comment for comment in COMMENTS if comment not in words] == []


def test_everything_is_kept_as_a_zip_and_nothing_of_anybody_else(
    reader: Page, site: Site, document: Document, outsider: User, tmp_path: Path
) -> None:
    theirs = reading.a_read_document(outsider)
    reader.goto(site / "")
    reader.get_by_role("button", name="Menu").click()
    reader.get_by_role("link", name="Your data").click()
    taken(reader, "Download everything").save_as(tmp_path / "kept.zip")

    with zipfile.ZipFile(io.BytesIO((tmp_path / "kept.zip").read_bytes())) as archive:
        assert archive.testzip() is None
        whole = {name: archive.read(name).decode() for name in archive.namelist()}
    account = json.loads(whole["account.json"])
    assert account["email"] == document.owner.email
    folder = f"documents/{document.created_at:%Y-%m-%d}-{document.pk}"
    assert whole[f"{folder}/text.txt"] == document.text
    assert all(comment in whole[f"{folder}/feedback.json"] for comment in COMMENTS)
    assert not [name for name in whole if str(theirs.pk) in name]
    assert outsider.email not in "".join(whole.values())
