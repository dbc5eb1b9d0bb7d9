"""From what the model wrote to feedback that can be trusted in shape."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.answering.answer import read_answer, salvage
from feedback.providers.base import (
    Comment,
    CommentKind,
    FeedbackOutput,
    MalformedAnswer,
    SectionRequest,
    SummaryRequest,
    TokenUsage,
)

WHOLE = FeedbackOutput(
    summary="Clear.",
    strengths=["A thread"],
    next_steps=["Name a source"],
    comments=[
        Comment(kind=CommentKind.STYLE, quote=f"quote {n}", message=f"message {n}", suggestion=f"try {n}")
        for n in range(3)
    ],
)
TEXT = WHOLE.model_dump_json()
SECTION = SectionRequest("Some text.")
SUMMARY = SummaryRequest("Title", (), ())
USAGE = TokenUsage(input_tokens=10, output_tokens=20)


def test_a_whole_answer_is_taken_as_it_is() -> None:
    assert read_answer([TEXT], SECTION, USAGE) == WHOLE


@given(st.integers(min_value=0, max_value=len(TEXT)))
def test_of_an_answer_cut_anywhere_only_what_was_whole_is_kept(end: int) -> None:
    saved = salvage(TEXT[:end])
    kept = [(comment.quote, comment.message) for comment in saved.comments]
    assert kept == [(comment.quote, comment.message) for comment in WHOLE.comments[: len(kept)]]
    assert saved.summary in ("", WHOLE.summary)
    assert len(kept) >= TEXT[:end].count("try")


@given(
    st.integers(min_value=0, max_value=len(TEXT)),
    st.text(alphabet='"\\{}[],:0\nu', max_size=6) | st.sampled_from(["\\ud800", "9" * 5000, "[" * 3000]),
)
def test_no_damage_whatever_is_an_error_of_ours(place: int, damage: str) -> None:
    damaged = TEXT[:place] + damage + TEXT[place:]
    assert isinstance(salvage(damaged), FeedbackOutput)
    salvage(damaged).model_dump_json()


def test_a_comment_cut_in_its_message_is_left_out() -> None:
    saved = read_answer([TEXT[: TEXT.index("message 2") + 4]], SECTION, USAGE)
    assert [comment.message for comment in saved.comments] == ["message 0", "message 1"]


def test_an_unescaped_quotation_mark_costs_the_comment_that_it_is_in() -> None:
    saved = read_answer([TEXT.replace("message 1", 'say "why" here')], SECTION, USAGE)
    assert [comment.message for comment in saved.comments] == ["message 0"]


def test_a_raw_line_break_in_a_string_is_forgiven() -> None:
    saved = read_answer([TEXT.replace("message 1", "line\nbreak")], SECTION, USAGE)
    assert [comment.message for comment in saved.comments] == ["message 0", "line\nbreak", "message 2"]


def test_words_after_the_object_are_passed_over() -> None:
    assert read_answer([TEXT + "\n\nI hope that helps!"], SECTION, USAGE).comments == WHOLE.comments


def test_a_comment_of_an_unknown_kind_costs_itself_alone() -> None:
    fields = json.loads(TEXT)
    fields["comments"][1]["kind"] = "grammar police"
    saved = read_answer([json.dumps(fields)], SECTION, USAGE)
    assert [comment.message for comment in saved.comments] == ["message 0", "message 2"]


def test_more_than_is_allowed_is_cut_to_what_is_allowed() -> None:
    fields = json.loads(TEXT) | {"strengths": [f"strength {n}" for n in range(30)]}
    assert len(read_answer([json.dumps(fields)], SECTION, USAGE).strengths) == 20


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I can't help with that.",
        "[]",
        "null",
        '{"summary": "Only this."}x"',
        "[" * 50_000,
        '{"comments": 7}',
    ],
)
def test_an_answer_with_no_comment_for_a_section_is_malformed_and_says_what_it_cost(answer: str) -> None:
    with pytest.raises(MalformedAnswer) as caught:
        read_answer([answer], SECTION, USAGE)
    assert caught.value.usage == USAGE


def test_for_a_document_a_whole_summary_is_enough() -> None:
    cut = TEXT[: TEXT.index("quote 0")]
    assert read_answer([cut], SUMMARY, USAGE).summary == "Clear."
    with pytest.raises(MalformedAnswer):
        read_answer([cut], SECTION, USAGE)
