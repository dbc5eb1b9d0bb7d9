"""How a text is taken apart: blocks, sentences, and what is not the writer's own."""

from __future__ import annotations

import pytest

from feedback.providers.offline.reading.blocks import BlockKind, split_blocks
from feedback.providers.offline.reading.prose import WINDOW, Prose
from feedback.providers.offline.reading.spans import MASK, find_citations, find_quotations


def sentences(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in Prose(text).sentences]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Okafor et al. found growth of 3.5 per cent.",
        "See Fig. 3 and, e.g., the table.",
        "It is U.S. policy, and it cost £4.50.",
        "The claim (cf. Hall, p. 12) stands.",
        "“Really?” he asked.",
        "A hard-wrapped sentence\ngoes on in the next line.",
    ],
)
def test_abbreviations_decimals_and_wrapped_lines_do_not_end_a_sentence(text: str) -> None:
    assert sentences(text) == [text]


def test_sentences_are_found_with_their_places() -> None:
    text = "  It works [12]. “Is it true?” she asked.\n\nCafé 🎉 prices rose!\n"

    assert sentences(text) == ["It works [12].", "“Is it true?” she asked.", "Café 🎉 prices rose!"]


def test_a_sentence_longer_than_a_window_stays_one_sentence() -> None:
    text = "It began " + "and went on " * (WINDOW // 4) + "to the end. Then it stopped."

    assert len(sentences(text)) == 2


def test_a_long_paragraph_splits_as_its_parts_do() -> None:
    unit = "The bus left at ten. Nobody saw it, e.g. from the bridge. “Where is it?” they asked. "

    assert len(sentences(unit * 200)) == 200 * len(sentences(unit))


def test_layout_is_no_prose() -> None:
    text = (
        "A paragraph\nof two lines.\n\n- one\n- two\n\n| a | b |\n|---|---|\n\n> quoted\n\n"
        "```\ncode = 1\n```\n\n# Heading\nOkafor, N. (2019) Passengers."
    )

    assert [block.kind for block in split_blocks(text)] == [
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.LIST_ITEM,
        BlockKind.TABLE,
        BlockKind.QUOTATION,
        BlockKind.CODE,
        BlockKind.HEADING,
        BlockKind.REFERENCE,
    ]


def test_a_line_that_stands_alone_and_ends_no_sentence_is_a_heading() -> None:
    text = "Who Pays?\n\nThe Traders on Both Banks\n\nThe bridge closed in March.\n\nThey pay:\n\n- with time"

    assert [block.kind for block in split_blocks(text, ("Who Pays?",))] == [
        BlockKind.HEADING,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
    ]


def test_rows_of_figures_are_a_table() -> None:
    text = (
        "Temperature Run 1 Run 2\n\n10 3.9 4.4\n20 7.3 7.8\n\nIn 2019, 40 people of 52 came, 3 of them twice."
    )

    assert [block.kind for block in split_blocks(text)] == [
        BlockKind.HEADING,
        BlockKind.TABLE,
        BlockKind.PARAGRAPH,
    ]


def test_long_lines_without_blank_lines_between_are_paragraphs() -> None:
    line = (
        "This is a paragraph that somebody pasted from a word processor, where a paragraph is a single line. "
        * 2
    )

    assert len(split_blocks(f"{line}\n{line}\n{line}")) == 3
    assert (
        len(split_blocks("Short lines that a mailer\nwrapped somewhere in the\nmiddle of a sentence.")) == 1
    )


@pytest.mark.parametrize(
    "citation",
    ["(Okafor, 2019)", "(2019)", "(Okafor and Hall, 2019, p. 4)", "(see Hall et al., 2015)", "(Okafor 12)",
     "(p. 14)", "[12]", "[3, 5–7]", "[^1]", "[@okafor2019]", "(Hall, n.d.)", "(ibid., p. 4)"],
)  # fmt: skip
def test_citations_of_several_styles_are_seen(citation: str) -> None:
    assert len(find_citations(f"It is so {citation} in the north.")) == 1


@pytest.mark.parametrize(
    "other", ["(see below)", "(12)", "(Figure 3)", "(Table 2)", "[sic]", "(in all 40 cases)"]
)
def test_other_brackets_are_no_citations(other: str) -> None:
    assert find_citations(f"It is so {other} in the north.") == ()


@pytest.mark.parametrize("quoted", ['"a b"', "“a b”", "„a b“", "«a b»", "‘a b c’"])
def test_quotation_marks_of_several_kinds_are_seen(quoted: str) -> None:
    assert len(find_quotations(f"They said {quoted} there.")) == 1


def test_an_apostrophe_is_no_quotation() -> None:
    assert (
        find_quotations("The students’ plan and the teacher's plan didn’t agree with the boys’ plan.") == ()
    )


def test_the_writers_own_text_keeps_its_length_and_hides_the_rest() -> None:
    text = 'He says "due to the fact that" (Hall, 2015), see https://example.org/a and `x = 1`.'
    own = Prose(text).own

    assert len(own) == len(text)
    assert own.startswith("He says " + MASK)
    assert not any(hidden in own for hidden in ("due to", "Hall", "example", "x = 1"))


def test_money_is_no_formula() -> None:
    assert MASK not in Prose("It cost $5 in May and $10 in June.").own
