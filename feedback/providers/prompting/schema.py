"""The one tool that the model must answer with: FeedbackOutput as a JSON schema."""

from __future__ import annotations

from typing import Any

from ..base import FeedbackOutput

TOOL = "give_feedback"


def tool_schema() -> dict[str, Any]:
    """The schema with its references written out, as some models don't follow them."""
    schema = FeedbackOutput.model_json_schema()
    definitions = schema.pop("$defs", {})
    plain: dict[str, Any] = _plain(schema, definitions)
    return plain


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


def tool_config() -> dict[str, Any]:
    """The toolConfig of a Converse request: this tool, and no choice."""
    specification = {
        "name": TOOL,
        "description": "Hands the feedback to the student.",
        "inputSchema": {"json": tool_schema()},
    }
    return {"tools": [{"toolSpec": specification}], "toolChoice": {"tool": {"name": TOOL}}}
