"""What the simulated model writes: feedback that is about the text it was sent, and quotes it."""

from __future__ import annotations

import random

from feedback.providers.base import FeedbackOutput

from .document import about_document
from .gullible import obey, orders_in
from .material import Document, read_material
from .section import about_section


def write_feedback(prompt: str, seed: int) -> FeedbackOutput:
    """The same prompt and seed make the same feedback."""
    chance = random.Random(f"{seed}:{prompt}")  # noqa: S311 - to be repeated, not to be secret
    material = read_material(prompt)
    if isinstance(material, Document):
        return about_document(material, chance)
    return about_section(material, chance)


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


__all__ = ["write_as_ordered", "write_feedback", "write_prose"]
