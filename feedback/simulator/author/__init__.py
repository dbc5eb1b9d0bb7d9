"""What the simulated model writes: feedback that is about the text it was sent, and quotes it."""

from __future__ import annotations

import random

from feedback.providers.base import FeedbackOutput

from .document import about_document
from .material import Document, read_material
from .section import about_section


def write_feedback(prompt: str, seed: int) -> FeedbackOutput:
    """The same prompt and seed make the same feedback."""
    chance = random.Random(f"{seed}:{prompt}")  # noqa: S311 - to be repeated, not to be secret
    material = read_material(prompt)
    if isinstance(material, Document):
        return about_document(material, chance)
    return about_section(material, chance)


def write_prose(prompt: str, seed: int) -> str:
    """An answer for a request that forces no tool."""
    feedback = write_feedback(prompt, seed)
    return "\n\n".join((feedback.summary, *feedback.strengths, *feedback.next_steps))


__all__ = ["write_feedback", "write_prose"]
