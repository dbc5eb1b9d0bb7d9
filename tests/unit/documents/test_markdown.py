"""Markdown documents."""

from __future__ import annotations

from feedback.documents import Parsed
from feedback.documents.formats import read
from feedback.documents.model import Limits


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
    assert document.warnings == ("One heading without any words was left out.",)


def test_hashes_inside_code_are_no_headings() -> None:
    assert parsed("```\n# comment\n```\n\nText.").headings == ()
