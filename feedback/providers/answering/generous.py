"""The feedback's fields, found in whatever form a model wrote them.

Models that were asked for one object write it with arrays and objects as JSON in a string, inside a wrapper
(`{"parameters": ...}`), with names of kinds in another case, in a fence, or with a sentence before it. All of
that is one answer, written and paid for once. What is found here is checked in answer.py as strictly as ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json

from ..base import Comment, CriterionLevel, FeedbackOutput

FIELDS = frozenset(FeedbackOutput.model_fields)
LISTS = ("strengths", "next_steps", "comments", "levels")
OBJECTS = {"comments": frozenset(Comment.model_fields), "levels": frozenset(CriterionLevel.model_fields)}
WRAPPED = 4  # wrappers within each other, at most
PLACES = 20  # brackets in prose at which an object may begin, at most
_FENCE = re.compile(r"```[a-zA-Z0-9_-]*\s*\n(.*?)(?:```|\Z)", re.DOTALL)


class Fields(NamedTuple):
    """The fields of an answer, in the schema's names."""

    values: dict[str, Any]
    whole: bool  # nothing was cut off or damaged


class _Json(NamedTuple):
    value: Any
    whole: bool


def fields_in(text: str) -> Fields:
    """The object's fields as far as they can be read; empty where there is none. Never raises."""
    found = Fields({}, whole=False)
    for candidate, whole in _objects(text):
        fields = _unwrapped(candidate)
        if len(FIELDS & fields.keys()) > len(FIELDS & found.values.keys()):
            found = Fields(fields, whole)
        if {"summary", "comments"} <= found.values.keys():
            break
    return Fields({name: _plain(name, value) for name, value in found.values.items()}, found.whole)


def _objects(text: str) -> Iterator[_Json]:
    """Each object that stands in a text, the likeliest first: the text itself, a fence, after some words."""
    stripped = text.strip()
    if stripped.startswith(("{", '"')):
        yield from _object(stripped)
    for match in _FENCE.finditer(text):
        yield from _object(match[1])
    start = stripped.find("{")
    for _ in range(PLACES):
        if start < 0:
            return
        if start:
            yield from _object(stripped[start:])
        start = stripped.find("{", start + 1)


def _object(text: str) -> Iterator[_Json]:
    read = _read_json(text)
    if isinstance(read.value, str):  # the whole object as JSON in a string
        read = _read_json(read.value)
    if isinstance(read.value, dict):
        yield read


def _unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    """What a wrapper holds: an object that has none of our fields, and one that has some within it."""
    for _ in range(WRAPPED):
        if FIELDS & value.keys():
            return value
        inner = [_decoded(each) for each in value.values()]
        objects = [each for each in inner if isinstance(each, dict)]
        if not objects:
            return value
        value = max(objects, key=lambda each: len(FIELDS & each.keys()))
    return value


def _plain(name: str, value: Any) -> Any:
    """A field's value with JSON in strings read, and each of its objects in the schema's words."""
    if name not in LISTS:
        return value
    value = _decoded(value)
    if isinstance(value, Mapping):  # one object where a list was asked for, or a list by another name
        lists = [each for each in value.values() if isinstance(each, list)]
        value = lists[0] if len(lists) == 1 and not OBJECTS.get(name, frozenset()) & value.keys() else [value]
    if not isinstance(value, list) or name not in OBJECTS:
        return value
    return [_in_our_words(_decoded(each)) for each in value]


def _in_our_words(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    kind = item.get("kind")
    plain = {key: "" if value is None else value for key, value in item.items()}
    return {**plain, "kind": kind.strip().lower()} if isinstance(kind, str) else plain


def _decoded(value: Any) -> Any:
    """A string that holds an array or an object, read; anything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        read = _read_json(value).value
        return value if read is None else read
    return value


def _read_json(text: str) -> _Json:
    """JSON as far as it can be read, without the string that was being written. None: nothing can."""
    try:
        return _Json(json.loads(text, strict=False), whole=True)  # a raw line break in a string is forgiven
    except json.JSONDecodeError as error:
        only_words_follow = error.msg == "Extra data" and not set(text[error.pos :]) & set('"{}[]')
        return _Json(_before(text, error.pos), whole=only_words_follow)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
        return _Json(None, whole=False)


def _before(text: str, fault: int) -> Any:
    """What stands before the end, or before the first fault."""
    sound = text[:fault]
    if text[fault:].strip():
        # A quotation mark that should have been escaped ends its string too early, and the fault comes
        # after it. Opened again, that string counts as unfinished, and from_json leaves it out.
        sound = sound.rstrip().removesuffix('"')
    try:
        return from_json(sound, allow_partial=True)
    except ValueError:
        return None
