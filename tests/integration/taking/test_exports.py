"""A document with its comments as a file: what a program that opens it finds there."""

from __future__ import annotations

import io

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PageObject, PdfReader

from feedback import documents as reader
from feedback.exports import FORMATS
from feedback.models import Assignment, Document, Feedback, User
from feedback.selectors.intake.export import export_of
from feedback.selectors.intake.origin import origin_of
from feedback.selectors.intake.report import report_of
from feedback.services.teaching import review
from tests.factories import reading
from tests.factories.work import a_document
from tests.people import signed_in


def made(document: Document, ending: str) -> bytes:
    return FORMATS[ending][0](export_of(document))


def pdf_text(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def words_of(data: bytes, ending: str) -> str:
    if ending == "pdf":
        return pdf_text(data)
    if ending == "md":
        return data.decode()
    word = docx.Document(io.BytesIO(data))
    comments = [paragraph.text for comment in word.comments for paragraph in comment.paragraphs]
    return "\n".join([paragraph.text for paragraph in word.paragraphs] + comments)


@pytest.mark.parametrize("ending", FORMATS)
def test_each_format_has_text_comments_and_summary(document: Document, ending: str) -> None:
    words = words_of(made(document, ending), ending)
    for expected in (
        "Bees matter because", "Say what makes it clear.", "A plain start that wants evidence.",
        "Nowhere to be found.", "Name a source.", "Automatic feedback",
    ):  # fmt: skip
        assert expected in words


def test_word_has_real_comments_on_their_passages_and_real_headings(document: Document) -> None:
    word = docx.Document(io.BytesIO(made(document, "docx")))
    assert [p.text for p in word.paragraphs if p.style and p.style.name == "Heading 1"][:2] == [
        "Part 1",
        "Part 2",
    ]
    assert len(list(word.comments)) == 4
    body = word.element.body
    begins = body.xpath(".//w:commentRangeStart")
    assert len(begins) == len(body.xpath(".//w:commentRangeEnd")) == 4
    covered = begins[0].getnext()
    assert covered.text == "they pollinate crops"


def test_the_word_file_can_be_handed_in_again(document: Document) -> None:
    parsed = reader.parse(made(document, "docx"), "essay.docx")
    assert "It is clear that they are declining" in parsed.text
    assert [heading.title for heading in parsed.headings][:2] == ["Part 1", "Part 2"]


def test_markdown_ties_footnotes_to_passages(document: Document) -> None:
    text = made(document, "md").decode()
    assert "they pollinate crops[^1]" in text
    assert "[^1]: **Praise:** A good, plain reason." in text
    assert "# Part 1" in text


def test_marks_of_markdown_in_a_text_stay_letters(owner: User) -> None:
    document = a_document(owner, state="complete", text="# not a heading\n*stars* and [links](x)\n- item\n")
    text = made(document, "md").decode()
    assert "\\# not a heading" in text
    assert "\\*stars\\* and \\[links\\](x)" in text
    assert "\\- item" in text


@pytest.mark.parametrize(
    "text", ["Żółć ľúbia ďaľšie", "Ναι και όχι", "文章写得很好", "a\x0bb\x00c\ufffe".replace("\x00", "")]
)
@pytest.mark.parametrize("ending", FORMATS)
def test_no_letter_breaks_an_export(owner: User, text: str, ending: str) -> None:
    document = a_document(owner, state="complete", title=text, text=f"{text}\nAnd more.\n")
    assert "And more." in words_of(made(document, ending), ending)


def test_a_passage_over_several_paragraphs_is_one_comment(owner: User) -> None:
    document = reading.a_split_document(owner, sections=1, text="One two.\nThree four.\n")
    section = document.sections.get()
    section.document = document
    given = reading.feedback_on(document, section)
    reading.comment(given, section, "two.\nThree", "Join them.", 0)
    word = docx.Document(io.BytesIO(made(document, "docx")))
    assert len(list(word.comments)) == 1
    assert made(document, "md").decode().count("[^1]") == 2, "the mark, and the note"


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_is_sent_under_a_plain_name(owner: User, document: Document, ending: str) -> None:
    answer = signed_in(owner).get(reverse("export", args=[document.pk, ending]))
    assert answer["Content-Disposition"] == f'attachment; filename="on-bees.{ending}"'
    assert answer["Content-Type"] == FORMATS[ending][1]


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_its_owner_alone_gets_it(stranger: str, document: Document, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(stranger))
    assert client.get(reverse("export", args=[document.pk, "md"])).status_code == 404


def test_what_can_not_be_exported_is_not_found(owner: User, document: Document) -> None:
    client = signed_in(owner)
    assert client.get(reverse("export", args=[document.pk, "exe"])).status_code == 404
    assert client.get(reverse("export", args=[a_document(owner).pk, "md"])).status_code == 404


@pytest.mark.parametrize("ending", FORMATS)
def test_before_a_release_there_is_only_the_text_in_it(
    owner: User, teacher: User, assignment: Assignment, ending: str
) -> None:
    document = reading.a_read_document(owner, assignment=assignment, reviewed=True)
    words = words_of(made(document, ending), ending)
    assert "Bees matter" in words
    for secret in ("Say what makes it clear.", "A plain start", "Name a source.", "Plain words."):
        assert secret not in words
    review.release(document, by=teacher, grade="B", note="Good work.")
    document = Document.objects.get(pk=document.pk)
    released = words_of(made(document, ending), ending)
    for expected in ("Say what makes it clear.", "Good work."):
        assert expected in released


def test_a_longer_document_costs_no_more_queries(owner: User) -> None:
    client = signed_in(owner)

    def queries(sections: int) -> int:
        document = reading.a_read_document(owner, sections=sections)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("export", args=[document.pk, "md"]))
        return len(captured)

    assert queries(2) == queries(20) <= 12


@pytest.mark.parametrize("ending", FORMATS)
def test_each_format_says_what_wrote_it(document: Document, ending: str) -> None:
    Feedback.objects.filter(document=document).update(
        provider="bedrock", model="a-model", written_with="a-model c0ffee"
    )
    words = words_of(made(document, ending), ending)
    for expected in (
        "a language model, a-model",
        "prompt c0ffee",
        "Written on",
        "Read by a person first: no",
    ):
        assert expected in words


def test_programs_find_the_origin_in_the_metadata(document: Document) -> None:
    word = docx.Document(io.BytesIO(made(document, "docx")))
    pdf = PdfReader(io.BytesIO(made(document, "pdf")))
    assert pdf.metadata is not None
    front = made(document, "md").decode().partition("---\n")[2].partition("---\n")[0]
    for kept in (word.core_properties.comments, str(pdf.metadata.subject)):
        assert "Written by: rules, no language model" in kept
    assert '"Written by": "rules, no language model"' in front
    assert report_of(document)["origin"]["Written by"] == "rules, no language model"


def test_the_origin_says_when_a_teacher_released_it(
    owner: User, teacher: User, assignment: Assignment
) -> None:
    document = reading.a_read_document(owner, assignment=assignment, reviewed=True)
    assert origin_of(document, []) == []
    review.release(document, by=teacher, grade="", note="")
    document = Document.objects.get(pk=document.pk)
    assert dict(origin_of(document, list(document.feedback.all())))["Read by a person first"].startswith(
        "yes, released"
    )


def test_each_format_keeps_bold_italics_and_raised_letters(document: Document) -> None:
    at = document.text.index("pollinate crops")
    document.emphasis = [[at, at + 9, "italic"], [at + 10, at + 15, "strong"]]
    document.text += "It grows as e^(x+1)."
    power = document.text.index("^(")
    document.emphasis += [
        [power, power + 2, "sign"],
        [power + 2, power + 5, "super"],
        [power + 5, power + 6, "sign"],
    ]
    runs = [run for p in docx.Document(io.BytesIO(made(document, "docx"))).paragraphs for run in p.runs]
    assert [run.text for run in runs if run.italic] == ["pollinate"]
    assert [run.text for run in runs if run.font.superscript] == ["x+1"]
    assert "crops" in [run.text for run in runs if run.bold]
    assert "It grows as ex+1." in "".join(run.text for run in runs)
    assert "*pollinate* **crops**" in made(document, "md").decode()
    fonts = {
        str(font) for page in PdfReader(io.BytesIO(made(document, "pdf"))).pages for font in fonts_of(page)
    }
    assert any("Italic" in font for font in fonts)


def fonts_of(page: PageObject) -> list[object]:
    return [font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
