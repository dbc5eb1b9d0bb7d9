"""JSON schemas, as far as writing a valid answer needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .prompt import Schema

_BOUNDS: Mapping[str, Callable[[float, float], float]] = {
    "minimum": max, "minLength": max, "minItems": max, "maximum": min, "maxLength": min, "maxItems": min,
}  # fmt: skip
MOST_REFERENCES = 50  # a reference to itself is no schema


def resolved(schema: Any, root: Schema) -> Schema:
    """A schema with its reference followed and its `allOf` joined. True and anything odd: no limits."""
    for _ in range(MOST_REFERENCES):
        if not isinstance(schema, dict):
            return {}
        if (reference := schema.get("$ref")) is None:
            break
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        schema = joined(pointed(root, reference), rest)
    for part in schema.get("allOf", ()):
        schema = joined(schema, resolved(part, root))
    return dict(schema)


def pointed(root: Schema, reference: str) -> Schema:
    """What a reference within the document points to; one that leads nowhere sets no limits."""
    found: Any = root
    for part in reference.removeprefix("#").strip("/").split("/"):
        if part:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def joined(one: Schema, other: Schema) -> Schema:
    """Both at once: properties and required add up, the tighter of two bounds holds."""
    both = {**one, **other}
    for name in ("properties", "$defs", "definitions"):
        if name in one and name in other:
            both[name] = {**one[name], **other[name]}
    if "required" in one and "required" in other:
        both["required"] = list(dict.fromkeys([*one["required"], *other["required"]]))
    for name, tighter in _BOUNDS.items():
        if name in one and name in other:
            both[name] = tighter(one[name], other[name])
    if "enum" in one and "enum" in other:
        both["enum"] = [value for value in one["enum"] if value in other["enum"]]
    return both
