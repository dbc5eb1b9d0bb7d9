"""Whatever JSON schema a client sends, the answer is valid for it, as jsonschema reads it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from feedback.development.simulator.writing.author import asks_for_feedback, write_value
from feedback.providers.base import FeedbackOutput
from feedback.providers.prompting.schema import answer_schema

TEXT = "School uniforms are a topic that everyone has an opinion about. Studies show that they help."

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 3, "maxLength": 12},
        "born": {"type": "string", "format": "date"},
        "email": {"type": ["string", "null"], "format": "email"},
        "code": {"type": "string", "pattern": r"^[A-Z]{2}-\d{3,5}(x|yz)?$"},
        "height": {"type": "number", "exclusiveMinimum": 0.5, "maximum": 2.5},
        "siblings": {"type": "integer", "minimum": 0, "maximum": 3, "multipleOf": 2},
        "kind": {"enum": ["pupil", "teacher", None]},
        "version": {"const": 3},
        "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
    },
    "required": ["name", "born", "code", "pair"],
    "additionalProperties": False,
}
TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "label": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            },
            "required": ["label", "children", "next"],
        }
    },
}
ALL_OF = {
    "allOf": [
        {"type": "object", "properties": {"a": {"type": "integer", "minimum": 5}}, "required": ["a"]},
        {"properties": {"b": {"oneOf": [{"type": "boolean"}, {"type": "string"}]}}, "required": ["b", "c"]},
    ]
}
ENDLESS = {
    "$ref": "#/$defs/a",
    "$defs": {"a": {"properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}},
}


def assert_valid(schema: dict[str, Any], value: object) -> None:
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize(
    "schema", [PERSON, TREE, ALL_OF, answer_schema(), FeedbackOutput.model_json_schema()]
)
@pytest.mark.parametrize("seed", range(5))
def test_the_schemas_that_clients_send(schema: dict[str, Any], seed: int) -> None:
    assert_valid(schema, write_value(TEXT, schema, seed))


NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={"minimum": st.integers(-50, 50), "maximum": st.integers(51, 99)},
)
STRINGS = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={"minLength": st.integers(0, 40), "maxLength": st.integers(40, 90)},
)
PLAIN: st.SearchStrategy[dict[str, Any]] = st.one_of(
    NUMBERS,
    STRINGS,
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.fixed_dictionaries({"enum": st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=1)}),
    st.fixed_dictionaries({"const": st.one_of(st.text(), st.booleans())}),
    st.just({}),
)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


def larger(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={"minItems": st.integers(0, 3), "maxItems": st.integers(3, 5)},
    )
    choices = st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
    return st.one_of(lists, st.dictionaries(NAMES, inner, max_size=4).flatmap(objects), choices)


def objects(properties: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = sorted(properties) or ["other"]
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.just(properties)},
        optional={
            "required": st.sets(st.sampled_from(names)).map(sorted),
            "additionalProperties": st.booleans() if properties else st.just(True),
        },
    )


@given(schema=st.recursive(PLAIN, larger, max_leaves=8), seed=st.integers(0, 3))
def test_any_other_schema(schema: dict[str, Any], seed: int) -> None:
    assert_valid(schema, write_value(TEXT, schema, seed))


def test_the_same_seed_writes_the_same_and_another_something_else() -> None:
    first, again, other = (write_value(TEXT, PERSON, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_schema_that_must_hold_itself_has_no_answer() -> None:
    with pytest.raises(RecursionError):
        write_value(TEXT, ENDLESS, 1)


def test_our_own_schema_is_answered_by_the_good_author() -> None:
    feedback = FeedbackOutput.model_validate(write_value(TEXT, answer_schema(), 1))
    assert feedback.comments
    assert all(comment.quote in TEXT for comment in feedback.comments)


@pytest.mark.parametrize(
    ("schema", "ours"),
    [
        ({"type": "object"}, True),
        ({"type": "object", "additionalProperties": False}, False),
        ({"type": "object", "properties": {"summary": {"type": "string"}}}, False),
        (answer_schema(), True),
    ],
)
def test_only_a_schema_of_feedback_is_taken_for_ours(schema: dict[str, Any], ours: bool) -> None:
    assert asks_for_feedback(schema) is ours
