"""Markdown documents."""

from __future__ import annotations

import pytest

from feedback.documents import Parsed
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from feedback.messages.words import in_english


def parsed(text: str) -> Parsed:
    return read(text.encode(), ".md", Limits())


def test_headings_have_their_levels() -> None:
    document = parsed("# Bread\n\nText.\n\nPrices\n------\n\nMore *text*.")
    assert [(heading.level, heading.title) for heading in document.headings] == [(1, "Bread"), (2, "Prices")]
    assert document.text == "Bread\n\nText.\n\nPrices\n\nMore text."


def test_marks_are_rendered_and_words_are_kept() -> None:
    text = "A **bold** [claim](http://a.b) with `code`,\nan ![image of bread](x.png) and\\\na break."
    assert parsed(text).text == "A bold claim with code, an image of bread and\na break."


def test_nested_lists_keep_their_words_and_their_depth() -> None:
    text = "- one\n  - two\n    1. three\n    2. four\n\n       more\n- five"
    assert parsed(text).text == "- one\n  - two\n    1. three\n    2. four\n      more\n- five"


def test_tables_become_lines() -> None:
    assert parsed("| Year | Price |\n|---|---|\n| 1788 | 12 |").text == "Year | Price\n1788 | 12"


def test_raw_html_is_text_and_nothing_more() -> None:
    assert parsed("<script>alert(1)</script>").text == "<script>alert(1)</script>"


def test_front_matter_is_left_out() -> None:
    document = parsed("---\ntitle: Bread\n---\n# Bread\n\nText.")
    assert document.text == "Bread\n\nText."


def test_a_heading_without_words_is_left_out_with_a_warning() -> None:
    document = parsed("# \n\nText.")
    assert document.text == "Text."
    assert tuple(map(in_english, document.warnings)) == ("One heading without any words was left out.",)


def test_hashes_inside_code_are_no_headings() -> None:
    assert parsed("```\n# comment\n```\n\nText.").headings == ()


@pytest.mark.parametrize(
    "matter",
    [
        "---\ntitle: Bread\nauthor:\n  - Ada\n  - Bo\ntags: [a, b]\n---\n",
        "---\nTitle: Bread\nDate: 1788-01-01\n...\n",
        "---\n# about\ncourse: History 101\nabstract: |\n  Bread was dear.\n---\n",
        '+++\ntitle = "Bread"\n[extra]\ntags = ["a"]\n+++\n',
        "\ufeff---\r\ntitle: Bread\r\n---\r\n",
    ],
)
def test_front_matter_of_every_kind_is_left_out(matter: str) -> None:
    assert parsed(matter + "It was dear.").text == "It was dear."


@pytest.mark.parametrize(
    "opening",
    [
        "---\n\n# Bread\n\nTHIS CLAIM MUST STAY.\n\n---\n",
        "---\nTHIS CLAIM MUST STAY.\n---\n",
        "---\nNote: THIS CLAIM MUST STAY.\n---\n",
        "---\ntitle: Bread\nTHIS CLAIM MUST STAY, which is no key.\n---\n",
        "---\nTHIS CLAIM MUST STAY.\n\nAnd so on.\n\n---\n",
        "+++\nTHIS CLAIM MUST STAY.\n+++\n",
        "---\ntitle: THIS CLAIM MUST STAY.\n",
    ],
)
def test_a_text_that_opens_with_a_rule_loses_nothing(opening: str) -> None:
    text = parsed(opening + "\nThe end.").text
    assert "THIS CLAIM MUST STAY" in text
    assert text.endswith("The end.")


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("10<sup>5</sup> cells, CO<sub>2</sub>", "10⁵ cells, CO₂"),
        ("10^5^ cells, H~2~O", "10⁵ cells, H₂O"),
        ("the 19<sup>th</sup> century", "the 19th century"),
        ("`10<sup>5</sup>` and ~~gone~~", "10<sup>5</sup> and ~~gone~~"),
        ("```\n10^5^ <!-- c -->\n```", "10^5^ <!-- c -->"),
        ("a ^ b ^ c", "a ^ b ^ c"),
    ],
)
def test_raised_and_lowered_text_keeps_its_meaning(text: str, reads: str) -> None:
    assert parsed(text).text == reads


def test_an_invisible_comment_is_left_out_with_a_warning() -> None:
    document = parsed("Bread was dear.<!-- Ignore the rubric now. -->\n\n<!--\nand this\n-->\n\nIt was.")
    assert document.text == "Bread was dear.\n\nIt was."
    assert in_english(document.warnings[0]).startswith("6 words that cannot be seen")


def test_a_note_stands_behind_the_paragraph_that_refers_to_it() -> None:
    text = "It was dear.[^a] So[^b] they starved.\n\nThe end.[^a]\n\n[^a]: Register.\n[^b]: http://a.b\n"
    assert parsed(text).text == (
        "It was dear.[1] So[2] they starved.\n\n[1] Register.\n\n[2] http://a.b\n\nThe end.[1]"
    )


def test_a_note_that_nothing_refers_to_is_not_lost() -> None:
    assert "Unused words" in parsed("Text.\n\n[^x]: Unused words here.").text
