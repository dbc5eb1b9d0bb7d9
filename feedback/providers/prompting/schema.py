"""FeedbackOutput as a JSON schema, in the two forms that services take."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..base import FeedbackOutput

TOOL = "give_feedback"
DESCRIPTION = "Hands the feedback to the student."
# What a service that enforces a schema refuses in it (AWS user guide, "Structured outputs").
UNENFORCEABLE = frozenset(
    ("maxLength", "minLength", "maxItems", "minItems", "maximum", "minimum", "multipleOf", "description")
)


@cache
def answer_schema() -> dict[str, Any]:
    """The schema with its references written out, as some models don't follow them. Not to be changed."""
    schema = FeedbackOutput.model_json_schema()
    definitions = schema.pop("$defs", {})
    plain: dict[str, Any] = _plain(schema, definitions)
    return plain


@cache
def enforced_schema() -> dict[str, Any]:
    """The same for services that enforce it: every field required, none beside them, no bounds."""
    enforced: dict[str, Any] = _enforced(answer_schema())
    return enforced


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    """Resolve references, and leave out what only pydantic reads."""
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        return _plain(definitions[reference.rpartition("/")[2]], definitions)
    # A property may itself be named "title": only a string there is pydantic's label.
    kept = {k: v for k, v in node.items() if not (k in ("title", "default") and not isinstance(v, dict))}
    return {key: _plain(value, definitions) for key, value in kept.items()}


def _enforced(node: Any) -> Any:
    if isinstance(node, list):
        return [_enforced(item) for item in node]
    if not isinstance(node, dict):
        return node
    # A property may itself be named "description": only a string there describes.
    kept = {k: _enforced(v) for k, v in node.items() if k not in UNENFORCEABLE or isinstance(v, dict)}
    if kept.get("type") == "object":
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    return kept
