"""A prompt taken apart into what it asks feedback on."""

from __future__ import annotations

import json
from dataclasses import dataclass

from feedback.providers.base import Criterion
from feedback.providers.prompting.delimiters import blocks


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    text: str
    criteria: tuple[Criterion, ...] = ()
    assignment: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    sections: tuple[Section, ...]
    findings: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()


def read_material(prompt: str) -> Section | Document:
    """Read a prompt of the bedrock provider; any other text is taken for a section without a heading."""
    title: str | None = None
    assignment, heading = "", ""
    sections: list[Section] = []
    findings: tuple[str, ...] = ()
    criteria: list[Criterion] = []
    for block in blocks(prompt):
        match block.name:
            case "document":
                title = block.text
            case "assignment":
                assignment = block.text
            case "heading":
                heading = block.text
            case "criterion":
                criteria.append(_criterion(block.text))
            case "section":
                sections.append(Section(heading, block.text, tuple(criteria), assignment))
                heading = ""
            case "findings":
                findings = tuple(line.removeprefix("- ") for line in block.text.splitlines())
    if title is not None:
        return Document(title, tuple(sections), findings, tuple(criteria))
    return sections[0] if sections else Section("", prompt)


def _criterion(text: str) -> Criterion:
    fields = json.loads(text)
    return Criterion(fields["name"], fields["description"], tuple(fields["levels"]))
