"""PDF documents, built by fpdf2."""

from __future__ import annotations

import pytest

from feedback.documents import Corrupt, Empty, Encrypted, NoText, Parsed, TooLarge
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from feedback.messages.words import in_english
from tests.factories import documents as files


def parsed(data: bytes, limits: Limits | None = None) -> Parsed:
    return read(data, ".pdf", limits or Limits())


def paragraphs(data: bytes) -> list[str]:
    return parsed(data).text.split("\n\n")


def test_headings_are_recognised_by_their_look_and_paragraphs_are_rebuilt() -> None:
    document = parsed(files.pdf())
    assert [(heading.level, heading.title) for heading in document.headings] == [
        part for part in files.ESSAY if not isinstance(part, str)
    ]
    assert document.text.split("\n\n") == [part if isinstance(part, str) else part[1] for part in files.ESSAY]


def test_long_paragraphs_are_one_again_across_lines_and_pages() -> None:
    written = [files.prose(180 + number, sentence=14) for number in range(9)]
    read_back = paragraphs(
        files.pdf([(1, "Bread"), *written], head="Ada Lovelace, History 101", numbered=True)
    )
    assert " ".join(read_back) == " ".join(["Bread", *written])


def test_running_heads_and_page_numbers_are_dropped_and_the_title_stays() -> None:
    written = [files.prose(170 + number) for number in range(9)]
    text = parsed(files.pdf([(1, "Bread"), *written], head="Bread", numbered=True)).text
    assert text.count("Bread") == 1
    assert "Page" not in text


def test_a_hyphen_that_broke_a_line_is_joined_and_one_of_the_word_is_kept() -> None:
    lines = [
        "The harvest of that well-known year failed after a hail-",
        "storm in July, and the price of bread in this well-",
        "known year of hunger doubled before winter in Anglo-",
        "Saxon lands.",
    ]
    assert paragraphs(files.pdf_of_lines(lines)) == [
        "The harvest of that well-known year failed after a hailstorm in July, and the price of bread in "
        "this well-known year of hunger doubled before winter in Anglo-Saxon lands."
    ]


def test_numbered_headings_without_any_look_are_found() -> None:
    body = files.prose(30)
    document = parsed(files.pdf(["1 Introduction", body, "1.1 Sources", body]))
    assert [(heading.level, heading.title) for heading in document.headings] == [
        (1, "1 Introduction"),
        (2, "1.1 Sources"),
    ]


def test_a_title_of_two_lines_is_one_heading() -> None:
    title = "The Price of Bread and the Hunger of the Poor in Twelve Parishes"
    document = parsed(files.pdf([(1, title), files.prose(60)]))
    assert [heading.title for heading in document.headings] == [title]


def test_lines_that_end_early_stay_lines() -> None:
    rows = ["1788 12 sous", "1789 14 sous", "1790 11 sous"]
    text = parsed(files.pdf([files.prose(60), "\n".join(rows), files.prose(60)])).text
    assert "\n\n" + "\n".join(rows) + "\n\n" in text


def test_the_table_of_contents_is_left_out() -> None:
    entries = ["1 Introduction . . . . . . . . . . . . 1", "2 Methods ............................ iv"]
    assert paragraphs(files.pdf_of_lines([*entries, "It was dear."])) == ["It was dear."]


def test_a_list_with_leaders_is_no_table_of_contents() -> None:
    prices = ["Rye bread ............ 12", "Wheat bread .......... 7", "Oats ................. 5"]
    text = parsed(files.pdf_of_lines(["The prices of that winter were these.", *prices, "It was dear."])).text
    assert all(name in text for name in ("Rye bread", "Wheat bread", "Oats"))


def test_a_scan_is_called_one_with_what_to_do() -> None:
    with pytest.raises(NoText):
        parsed(files.scanned_pdf())


def test_letters_drawn_as_shapes_are_no_text_and_an_empty_page_is_empty() -> None:
    with pytest.raises(NoText):
        parsed(files.drawn_pdf())
    with pytest.raises(Empty):
        parsed(files.pdf([]))


def test_a_page_of_nothing_but_a_picture_is_named_in_a_warning() -> None:
    assert tuple(map(in_english, parsed(files.scanned_pdf(text=files.prose(60))).warnings)) == (
        "Page 1 holds only a picture; the text in it could not be read.",
    )


def test_a_password_is_asked_to_be_removed() -> None:
    with pytest.raises(Encrypted):
        parsed(files.pdf(user_password="secret"))


def test_a_document_that_only_forbids_printing_is_read() -> None:
    assert parsed(files.pdf(owner_password="secret")).text.startswith("The Price of Bread")


def test_too_many_pages_are_refused_with_both_numbers() -> None:
    with pytest.raises(TooLarge, match="pages=3 most=2"):
        parsed(files.pdf([files.prose(400)] * 5), Limits(max_pages=2))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", files.pdf()[:700], b"%PDF-1.4\n" + b"garbage " * 500])
def test_a_damaged_document_is_called_so(data: bytes) -> None:
    with pytest.raises(Corrupt):
        parsed(data)
