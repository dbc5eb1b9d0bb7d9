"""Who wrote it, and where the text goes for it: said before sending, and on every answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from feedback.models import Feedback


@dataclass(frozen=True, slots=True)
class Label:
    name: str
    kind: str  # simulated, automatic or model
    meaning: str


SIMULATED = Label("Simulated", "simulated", "Written by a simulator for demonstration: not a judgement.")
AUTOMATIC = Label("Automatic", "automatic", "Found by fixed rules on this server, without an AI model.")


def label_of(feedback: Feedback | None) -> Label | None:
    if feedback is None:
        return None
    if feedback.simulated:
        return SIMULATED
    if feedback.provider == "offline":
        return AUTOMATIC
    return Label("AI feedback", "model", f"Written by the model {feedback.model}. It can be wrong.")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a text goes when it is handed in."""

    title: str
    words: str
    leaves_server: bool


def destination_of(upstream: str) -> Destination:
    if upstream == "offline":
        return Destination(
            "Your text stays on this server",
            "You get automatic feedback, computed on this server. Nothing is sent to an AI service.",
            leaves_server=False,
        )
    if upstream == "simulated":
        return Destination(
            "Your text stays on this server",
            "A simulator stands in for the AI service. What it writes is for demonstration only.",
            leaves_server=False,
        )
    return Destination(
        "Your text is sent to Amazon Web Services",
        f"The AI model {settings.BEDROCK_MODEL_ID} reads it there, in the region {settings.BEDROCK_REGION}. "
        "Take out names and anything private that the feedback does not need.",
        leaves_server=True,
    )
