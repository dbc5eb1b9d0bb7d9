"""Bold, italics, raised and lowered words stay what they were, and the text is the same without them."""

from __future__ import annotations

import typst
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents import Parsed, Style
from feedback.documents.characters.emphasis import (
    Emphasis,
    bare,
    emphasised,
    merged,
    moved,
    put_in,
    taken_out,
)
from feedback.documents.characters.text import clean
from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from tests.factories import documents as files
from tests.factories.documents import word_paragraph as paragraph
from tests.factories.documents import word_run as run

BOLD, ITALIC, RAISED = "<w:b/>", "<w:i/>", '<w:vertAlign w:val="superscript"/>'


def styled(parsed: Parsed) -> list[tuple[str, str]]:
    return [(parsed.text[each.start : each.end], each.style.value) for each in parsed.emphasis]


def word(*paragraphs: str, **parts: str) -> Parsed:
    return read(files.word_body("".join(paragraphs), **parts), ".docx", Limits())


def markdown(text: str) -> Parsed:
    return read(text.encode(), ".md", Limits())


def test_runs_of_a_word_document_keep_bold_and_italics() -> None:
    found = word(
        paragraph(run("In "), run("Hamlet ", ITALIC), run(", 1603, "), run("doubt", BOLD + ITALIC), run(".")),
        paragraph(run("A "), run("second", BOLD), run(" ", BOLD), run("one", BOLD)),
    )
    assert found.text == "In Hamlet , 1603, doubt.\n\nA second one"
    assert styled(found) == [
        ("Hamlet", "italic"), ("doubt", "italic"), ("doubt", "strong"), ("second one", "strong"),
    ]  # fmt: skip


def test_a_character_style_emphasises_and_a_run_may_say_otherwise() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="e"><w:name w:val="Emphasis"/><w:rPr><w:i/></w:rPr></w:style>'
    )
    own = '<w:rStyle w:val="e"/>'
    body = paragraph(run("the "), run("polis", own), run(" and "), run("us", own + '<w:i w:val="0"/>'))
    assert styled(word(body, styles=styles)) == [("polis", "italic")]


def test_raised_letters_that_unicode_lacks_are_raised_on_the_page() -> None:
    found = word(paragraph(run("the 19"), run("th", RAISED), run(" century, e"), run("x+1", RAISED)))
    assert found.text == "the 19th century, e^(x+1)"
    assert styled(found) == [("th", "super"), ("^(", "sign"), ("x+1", "super"), (")", "sign")]


def test_a_bold_base_does_not_hide_what_is_raised_on_it() -> None:
    found = word(
        paragraph(run("the 19", BOLD), run("th", BOLD + RAISED), run(" and 10", BOLD), run("5", RAISED))
    )
    assert found.text == "the 19th and 10⁵"
    assert ("th", "super") in styled(found)


def test_a_heading_is_bold_without_a_word_and_a_title_in_it_is_in_italics() -> None:
    heading = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr>'
    body = f"{heading}{run('Doubt in the play ', BOLD)}{run('Hamlet', BOLD + ITALIC)}</w:p>"
    found = word(body, paragraph(run("Text.")))
    assert [each.title for each in found.headings] == ["Doubt in the play Hamlet"]
    assert styled(found) == [("Hamlet", "italic")]


def test_a_bold_line_is_still_found_as_a_heading() -> None:
    found = word(paragraph(run("Methods of work", BOLD)), paragraph(run("We asked them all.")))
    assert [each.title for each in found.headings] == ["Methods of work"]


def test_markdown_keeps_its_marks_as_emphasis_in_lists_tables_and_notes() -> None:
    found = markdown(
        "A *claim* of **much**[^a].\n\n- one **two** three\n\n"
        "| a | b |\n|---|---|\n| *c* | d |\n\n[^a]: See *Ibid*."
    )
    assert found.text == "A claim of much[1].\n\n[1] See Ibid.\n\n- one two three\n\na | b\nc | d"
    assert styled(found) == [
        ("claim", "italic"), ("much", "strong"), ("[1]", "super"), ("Ibid", "italic"), ("two", "strong"),
        ("c", "italic"),
    ]  # fmt: skip


def pdf(text: str) -> Parsed:
    return read(bytes(typst.compile(text.encode())), ".pdf", Limits())


PLAIN = "Plain text that is the body of the whole document goes on for a while, until this line is full."


def test_a_pdf_keeps_what_its_fonts_emphasise_over_the_ends_of_lines() -> None:
    found = pdf(
        '#set text(size: 11pt, hyphenate: true, lang: "en")\n#set page(width: 7cm)\n#set par(justify: true)\n'
        "= Doubt in _Hamlet_\n"
        f"In *no* play _is anything as notoriously unquestionable as its incomprehensibility_. {PLAIN}\n\n"
        "- one *two* three\n- #emph[#strong[four]] five"
    )
    assert [each.title for each in found.headings] == ["Doubt in Hamlet"]
    assert styled(found) == [
        ("Hamlet", "italic"), ("no", "strong"),
        ("is anything as notoriously unquestionable as its incomprehensibility", "italic"),
        ("two", "strong"), ("four", "italic"), ("four", "strong"),
    ]  # fmt: skip


def test_what_most_of_a_pdf_looks_like_is_no_emphasis_and_an_equation_has_none() -> None:
    found = pdf(f'#set text(weight: "bold")\n{PLAIN} The speed is $v$, _as they say_, and so on. {PLAIN}')
    assert styled(found) == [("as they say", "italic")]


def test_a_sign_from_outside_is_taken_out_and_enclosed_words_stay() -> None:
    assert markdown("plain \ufde1\ufde0 words \ufde0here").text == "plain words here"


def test_the_child_process_hands_the_emphasis_on() -> None:
    from feedback.documents import parse

    assert styled(parse(b"It is *so*.", "essay.md")) == [("so", "italic")]


pieces = st.lists(
    st.tuples(
        st.text(st.sampled_from("ab e\u0301\u200b\n\t1 "), max_size=8), st.sets(st.sampled_from(Style))
    ),
    max_size=8,
)


@given(pieces)
def test_whatever_is_emphasised_the_text_is_the_same_and_each_stretch_is_on_its_letters(
    given_pieces: list[tuple[str, set[Style]]],
) -> None:
    marked = "".join(emphasised(text, sorted(styles)) for text, styles in given_pieces)
    text, found = taken_out(marked)
    assert text == bare(marked) == "".join(text for text, _ in given_pieces)
    cleaned, _ = clean(text)
    for each in moved(found, text, lambda piece: clean(piece)[0], cleaned):
        words = cleaned[each.start : each.end]
        assert words
        assert words == words.strip()


@given(st.text(st.sampled_from("ab \n"), max_size=12), st.data())
def test_what_is_put_into_a_text_is_taken_out_the_same(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text))
    drawn = data.draw(st.lists(st.tuples(place, place, st.sampled_from(Style)), max_size=5))
    found = merged([Emphasis(start, end, style) for start, end, style in drawn if start < end], text)
    plain, again = taken_out(put_in(text, found))
    assert plain == text
    assert merged(again, text) == found
