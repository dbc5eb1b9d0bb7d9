"""The sample documents are what their sources say."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from feedback.documents import anchor, parse, split
from feedback.providers.base import SectionRequest

from .offline_reading import ACADEMIC, EXAMPLES, review, sample


def test_the_essay_has_real_headings_and_all_of_its_text() -> None:
    paragraphs = Document(str(EXAMPLES / "essay.docx")).paragraphs
    headings = [p.text for p in paragraphs if p.style and str(p.style.name).startswith(("Heading", "Title"))]
    source = sample("sources/essay.md")

    assert headings == [source.title, *(heading for heading, _ in source.sections)]
    words = " ".join(p.text for p in paragraphs if p.text not in headings)
    assert words == " ".join(text.replace("*", "") for _, text in source.sections).replace("\n\n", " ")


def test_the_lab_report_has_all_of_its_text() -> None:
    extracted = "".join(page.extract_text() for page in PdfReader(EXAMPLES / "lab-report.pdf").pages)
    squeezed = "".join(extracted.split())

    for heading, text in sample("sources/lab-report.md").sections:
        assert "".join(heading.split()) in squeezed
        for paragraph in text.split("\n\n"):
            if not paragraph.startswith("|"):
                assert "".join(paragraph.split()) in squeezed


@pytest.mark.usefixtures("all_rules")
@pytest.mark.parametrize("name", ["essay.docx", "lab-report.pdf"])
def test_building_the_samples_again_changes_nothing(name: str, tmp_path: Path) -> None:
    build = runpy.run_path(str(EXAMPLES / "build.py"))
    build["main"](tmp_path)

    assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()


@pytest.mark.parametrize("name", ["essay.docx", "lab-report.pdf", "reflection.md"])
@pytest.mark.usefixtures("all_rules")
def test_every_quote_is_found_again_in_the_parsed_file(name: str) -> None:
    parsed = parse((EXAMPLES / name).read_bytes(), name)
    comments = 0
    for section in split(parsed):
        text = parsed.text[section.start : section.end]
        for comment in review(SectionRequest(text, section.heading_path, ACADEMIC)).comments:
            place = anchor(text, comment.quote)
            comments += 1

            assert place is not None
            assert (place.start, text[place.start : place.end]) == (text.find(comment.quote), comment.quote)

    assert comments >= 10


@pytest.mark.parametrize("name", ["essay.docx", "lab-report.pdf", "reflection.md"])
def test_the_heading_that_a_section_brings_along_is_not_taken_for_prose(name: str) -> None:
    parsed = parse((EXAMPLES / name).read_bytes(), name)
    for section in split(parsed):
        text = parsed.text[section.start : section.end]
        comments = review(SectionRequest(text, section.heading_path, ACADEMIC)).comments

        assert not any(section.heading_path[-1] in comment.quote for comment in comments)
