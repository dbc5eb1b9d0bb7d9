"""The same structured answer as models really hand it over: valid in substance, odd in form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from .prompt import Schema
from .schemas import resolved


class Dress(StrEnum):
    """Forms that are reported of real models. A generous reader need not ask again."""

    STRINGIFIED = "stringified"  # arrays and objects as JSON in a string
    PARAMETERS = "parameters"  # wrapped in {"parameters": ...}
    INPUT = "input"  # wrapped in {"input": ...}
    OTHER_CASE = "other_case"  # enum values in another case
    FENCE = "fence"  # JSON in a fence within a text block, with a sentence before it
    TEXT = "text"  # JSON in a text block
    TWO_CALLS = "two_calls"  # the tool is called twice


AS_TEXT = frozenset({Dress.FENCE, Dress.TEXT})


def dressed(value: Any, schema: Schema, dress: Dress | None) -> Any:
    """The value in this form; the forms that are about blocks leave it as it is."""
    change = _CHANGES.get(dress) if dress else None
    return change(value, schema) if change else value


def fenced(text: str) -> str:
    return f"Here is the answer that you asked for:\n\n```json\n{text}\n```"


def _stringified(value: Any, _: Schema) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        name: json.dumps(part, ensure_ascii=False) if isinstance(part, dict | list) else part
        for name, part in value.items()
    }


def _other_case(value: Any, schema: Schema) -> Any:
    return _recased(value, schema, schema)


def _recased(value: Any, schema: Schema, root: Schema) -> Any:
    schema = resolved(schema, root)
    if isinstance(value, str):
        return value.swapcase() if "enum" in schema or "const" in schema else value
    if isinstance(value, list):
        return [_recased(item, schema.get("items", {}), root) for item in value]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _recased(part, properties.get(name, {}), root) for name, part in value.items()}
    return value


_CHANGES: Mapping[Dress, Callable[[Any, Schema], Any]] = {
    Dress.STRINGIFIED: _stringified,
    Dress.PARAMETERS: lambda value, _: {"parameters": value},
    Dress.INPUT: lambda value, _: {"input": value},
    Dress.OTHER_CASE: _other_case,
}
