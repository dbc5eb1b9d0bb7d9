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
        ("hedging", "I think that maybe it helps.", "such as “I think”"),
    ],
)
def test_a_suggestion_rewrites_the_passage(rule: str, text: str, expected: str) -> None:
    suggestions = [remark.suggestion for remark in noticed(rule, text)]

    assert any(expected in suggestion for suggestion in suggestions), suggestions


def test_a_contraction_is_written_out() -> None:
    (remark,) = noticed("contraction", "They can't stay, and we're late.", task=ACADEMIC)

    assert "“cannot”" in remark.suggestion
    assert "“we're”" in remark.message


def test_a_long_sentence_is_shown_where_it_could_end() -> None:
    first, second = "word " * 30 + "river", "the mayor and " + "word " * 25
    (remark,) = noticed("long-sentence", f"Every {first}, but {second.strip()}.")

    assert "word word word river" in remark.suggestion
    assert "but the mayor and" in remark.suggestion


def test_a_new_sentence_does_not_begin_with_and() -> None:
    (remark,) = noticed("long-sentence", f"Every {'word ' * 25}river, and the mayor {'word ' * 25}went.")

    assert "with “the mayor word" in remark.suggestion


def test_a_clause_that_cannot_stand_alone_is_not_offered_as_a_sentence() -> None:
    (remark,) = noticed("long-sentence", f"Every {'word ' * 25}river, which the mayor {'word ' * 25}crossed.")

    assert "word river”, and give what follows a sentence of its own" in remark.suggestion
