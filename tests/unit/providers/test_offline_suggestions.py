"""Suggestions are made of the student's own words where that can be done."""

from __future__ import annotations

import pytest

from .offline_reading import ACADEMIC, noticed


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("filler", "In order to win, they trained.", "“To win, they trained. …”"),
        ("filler", "It is important to note that buses run late.", "“Buses run late. …”"),
        (
            "passive-run",
            "The old samples were heated. They were cut. They were dried.",
            "[who] heated the old samples",
        ),
        ("passive-run", "The prize was given away. It was lost. It was found.", "[who] gave the prize"),
        ("weak-verb", "They have a positive impact on the town.", "“improve” (or say what changes)"),
        ("weak-verb", "There are many teachers who disagree.", "“Many teachers disagree …”"),
        ("nominalisation", "The reduction of waste and the protection of birds failed.", "“reduce waste”"),
        ("unclear-opening", "Rents rose. This shows a need.", "“This [delay, rule, result …] shows …”"),
        ("mixed-spelling", "The colour of the old harbor, and a neighbour.", "“harbour” would match"),
        ("ise-ize", "They organised and modernised it, and realized the risk.", "“realised” would match"),
        ("noun-stack", "They read the student assessment feedback policy.", "“the policy of …”"),
        ("doubled-hedge", "It might possibly help.", "Keep the one word that says it"),
    ],
)
def test_a_suggestion_rewrites_the_passage(rule: str, text: str, expected: str) -> None:
    suggestions = [remark.suggestion for remark in noticed(rule, text)]

    assert any(expected in suggestion for suggestion in suggestions), suggestions


def test_a_contraction_is_written_out() -> None:
    (remark,) = noticed("contraction", "They can't stay, and we're late.", task=ACADEMIC)

    assert "“cannot”" in remark.suggestion
    assert "“we're”" in remark.message


WHOLE = "Say the main point in a short sentence first"


def _seam(middle: str) -> str:
    """What is suggested for a long sentence with this in its middle."""
    (remark,) = noticed("long-sentence", f"Every {'word ' * 25}river{middle} {'word ' * 25}went.")
    return remark.suggestion


def test_a_long_sentence_is_shown_where_it_could_end() -> None:
    suggestion = _seam(", but it was closed")

    assert "word word word river" in suggestion
    assert "with “but it was closed" in suggestion


def test_a_new_sentence_does_not_begin_with_and() -> None:
    assert "with “she had closed" in _seam(", and she had closed")


@pytest.mark.parametrize(
    "middle",
    (
        ", which the mayor",
        ", and the mayor and the",
        ", salt, and pepper",
        " (it was late; it was cold) and",
        " – they knew; they had known – and",
        ": it was late; it was cold and",
    ),
)
def test_a_part_that_cannot_stand_alone_is_not_offered_as_a_sentence(middle: str) -> None:
    assert _seam(middle).startswith(WHOLE)
