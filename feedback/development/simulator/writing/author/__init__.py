"""The author of the simulated model's feedback, which is about the text it was sent, and quotes it."""

from __future__ import annotations

import random
from typing import Any

from feedback.development.simulator.writing.prompt import Schema
from feedback.providers.base import FeedbackOutput

from .document import about_document
from .gullible import obey, orders_in
from .invented import Inventor
from .material import Document, read_material
from .section import about_section

_UNBOUND = {"type", "title", "description", "$schema"}  # none of these limits what an object may hold


def write_feedback(prompt: str, seed: int) -> FeedbackOutput:
    """The same prompt and seed make the same feedback."""
    chance = random.Random(f"{seed}:{prompt}")  # noqa: S311 - to be repeated, not to be secret
    material = read_material(prompt)
    if isinstance(material, Document):
        return about_document(material, chance)
    return about_section(material, chance)


def write_value(prompt: str, schema: Schema | None, seed: int) -> Any:
    """An answer that is valid for the schema: feedback where it asks for that, else one made up for it.

    Raises RecursionError where the schema has no finite value.
    """
    if asks_for_feedback(schema):
        return write_feedback(prompt, seed).model_dump(mode="json")
    return Inventor(schema or {}, prompt, seed).value(schema)


def asks_for_feedback(schema: Schema | None) -> bool:
    """Whether it is our own schema, in whatever dialect, or one of any object at all."""
    if not schema:
        return True
    names = schema.get("properties", {}).keys()
    if not names:
        return schema.get("type") == "object" and bool(schema.keys() <= _UNBOUND)
    return {"summary", "comments"} <= set(names) <= FeedbackOutput.model_fields.keys()


def write_as_ordered(prompt: str, *, with_tool: bool) -> str | None:
    """What a model writes that takes orders from the text. None: the text gives none."""
    material = read_material(prompt)
    orders = orders_in(material)
    if orders is None:
        return None
    output = obey(orders, material)
    return output.summary if orders.no_tool or not with_tool else output.model_dump_json()


def write_prose(prompt: str, seed: int) -> str:
    """An answer for a request that forces no tool."""
    feedback = write_feedback(prompt, seed)
    return "\n\n".join((feedback.summary, *feedback.strengths, *feedback.next_steps))


__all__ = ["asks_for_feedback", "write_as_ordered", "write_feedback", "write_prose", "write_value"]
