"""Texts that differ from one another, or a class would be answered with one call."""

from __future__ import annotations

from random import Random

SUBJECTS = (
    "The city",
    "Every farmer",
    "A good teacher",
    "The new law",
    "Our school",
    "The river",
    "Research",
)
VERBS = ("needs", "changes", "rarely explains", "depends on", "has long ignored", "pays for", "invites")
OBJECTS = (
    "bees",
    "clean water",
    "night trains",
    "public libraries",
    "open data",
    "school meals",
    "old trees",
)
REASONS = (
    "because nobody counts them",
    "although it costs money",
    "as several studies show",
    "without proof",
)
HEADINGS = (
    "Introduction",
    "Background",
    "Method",
    "What was found",
    "An objection",
    "Discussion",
    "Conclusion",
)


def essay(chance: Random, sections: int) -> str:
    return "\n\n".join(_section(chance, HEADINGS[number % len(HEADINGS)]) for number in range(sections))


def revised(chance: Random, text: str) -> str:
    """Another draft: one section is written anew, the others stay as they were."""
    parts = text.split("\n\n# ")
    changed = chance.randrange(len(parts))
    heading = parts[changed].split("\n", 1)[0].removeprefix("# ")
    parts[changed] = _section(chance, heading).removeprefix("# " if changed else "")
    return "\n\n# ".join(parts)


def _section(chance: Random, heading: str) -> str:
    paragraphs = [" ".join(_sentence(chance) for _ in range(6)) for _ in range(2)]
    return "\n\n".join([f"# {heading}", *paragraphs])


def _sentence(chance: Random) -> str:
    words = f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS)}"
    return f"{words} {chance.choice(REASONS)}, and {chance.randrange(2, 98)} people in a hundred agree."
