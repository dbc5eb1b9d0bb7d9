"""Whatever form a model gave its one answer: read once, and checked as strictly as ever.

The forms are those of public reports: arrays as JSON in a string (vllm, anthropic-sdk and langchain-aws
issues on stringified tool input), wrappers named parameters and input, fences, doubled tool calls.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.providers.answering.answer import read_answer
from feedback.providers.answering.generous import fields_in
from feedback.providers.base import (
    Comment,
    CommentKind,
    CriterionLevel,
    FeedbackOutput,
    MalformedAnswer,
    SectionRequest,
    TokenUsage,
)

ANSWER = FeedbackOutput(
    summary="A clear start.",
    strengths=["A thread"],
    next_steps=["Name a source"],
    comments=[Comment(kind=CommentKind.EVIDENCE, quote="Studies show", message="Which {ones}?")],
    levels=[
        CriterionLevel(criterion="Evidence", level="weak", evidence="Studies show", justification="None")
    ],
)
PLAIN: dict[str, Any] = ANSWER.model_dump(mode="json")
SECTION = SectionRequest("Studies show something.")
SPENT = TokenUsage(input_tokens=10, output_tokens=20)


def read(*texts: str) -> FeedbackOutput:
    return read_answer(texts, SECTION, SPENT)


def stringified(*names: str) -> dict[str, Any]:
    return {name: json.dumps(value) if name in names else value for name, value in PLAIN.items()}


FORMS = {
    "an array as JSON in a string": json.dumps(stringified("comments")),
    "every array as JSON in a string": json.dumps(
        stringified("comments", "levels", "strengths", "next_steps")
    ),
    "objects as JSON in strings": json.dumps(
        PLAIN | {"comments": [json.dumps(each) for each in PLAIN["comments"]]}
    ),
    "the whole object as JSON in a string": json.dumps(json.dumps(PLAIN)),
    "a wrapper named parameters": json.dumps({"parameters": PLAIN}),
    "a wrapper named input": json.dumps({"input": PLAIN}),
    "a wrapper with the tool's name beside it": json.dumps({"name": "give_feedback", "arguments": PLAIN}),
    "a wrapper whose content is JSON in a string": json.dumps({"input": json.dumps(PLAIN)}),
    "wrappers within wrappers": json.dumps({"tool": {"input": {"parameters": PLAIN}}}),
    "kinds in capitals": json.dumps(PLAIN | {"comments": [PLAIN["comments"][0] | {"kind": " Evidence "}]}),
    "null for what is not there": json.dumps(
        PLAIN | {"comments": [PLAIN["comments"][0] | {"suggestion": None, "criterion": None}]}
    ),
    "one object where a list belongs": json.dumps(PLAIN | {"comments": PLAIN["comments"][0]}),
    "a list within an object": json.dumps(PLAIN | {"comments": {"comment": PLAIN["comments"]}}),
    "a fence": f"```json\n{json.dumps(PLAIN)}\n```",
    "a fence after some words": f"My feedback:\n\n```\n{json.dumps(PLAIN, indent=2)}\n```\nGood luck!",
    "words before and after": f"Here is my feedback: {json.dumps(PLAIN)} I hope that it helps.",
    "words with brackets before": f"Feedback on {{section}}: {json.dumps(PLAIN)}",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_answer(form: str) -> None:
    assert read(FORMS[form]) == ANSWER


def test_of_two_tool_calls_the_one_that_says_more_is_the_answer() -> None:
    less = json.dumps(PLAIN | {"comments": []})
    assert read(less, json.dumps(PLAIN)) == ANSWER
    assert read(json.dumps(PLAIN), less) == ANSWER
    assert read("", json.dumps(PLAIN), "Let me call the tool.") == ANSWER


def test_an_answer_in_text_counts_where_the_tool_was_not_called() -> None:
    assert read("I'd rather write: " + json.dumps(PLAIN)) == ANSWER


def test_an_unknown_kind_is_as_wrong_as_before() -> None:
    other = PLAIN["comments"][0] | {"kind": "GRAMMAR POLICE"}
    found = read(json.dumps(PLAIN | {"comments": [other, *PLAIN["comments"]]}))
    assert found.comments == ANSWER.comments


def test_an_answer_without_comments_is_one_only_where_it_is_whole() -> None:
    whole = json.dumps(PLAIN | {"comments": []})
    assert read(whole).comments == []
    assert read(whole + "\n\nThat is all.").comments == []
    with pytest.raises(MalformedAnswer) as caught:
        read(whole[:-30])
    assert caught.value.usage == SPENT


def test_a_quotation_of_json_in_a_message_stays_a_message() -> None:
    quoting = PLAIN["comments"][0] | {"message": '{"summary": "no"} is what your data file says.'}
    found = read(json.dumps(PLAIN | {"comments": [quoting]}))
    assert found.comments[0].message == quoting["message"]


@given(st.text(max_size=200) | st.sampled_from(["{" * 5000, '{"a":' * 2000, '"' * 999, "```json\n{"]))
def test_no_text_is_an_error_of_ours(text: str) -> None:
    fields_in(text)
    fields_in(text + json.dumps(PLAIN))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
        max_leaves=8,
    )
)
def test_no_value_in_a_field_is_an_error_of_ours(value: Any) -> None:
    for name in PLAIN:
        read(
            json.dumps({"summary": "s", "comments": PLAIN["comments"], name: value, "x": PLAIN["comments"]}),
            json.dumps(PLAIN),
        )
