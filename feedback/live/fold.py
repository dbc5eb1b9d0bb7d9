"""The prose so far: a document's events folded, for a page that opens in the middle of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .bus import bus
from .entries import Entry


@dataclass(slots=True)
class Partial:
    """The words that one running call has written so far."""

    attempt: int
    parts: dict[str, str] = field(default_factory=dict)

    def apply(self, part: str, offset: int, text: str) -> None:
        self.parts[part] = self.parts.get(part, "")[:offset] + text


def text_so_far(document: str) -> tuple[Mapping[str, Partial], str]:
    """Partials by section id ("" is the summary), and the id of the last event they include."""
    try:
        entries = bus().entries(document)
    except Exception:  # the page then starts from what Postgres knows
        entries = ()
    return fold(entries), entries[-1].id if entries else "0-0"


def fold(entries: Sequence[Entry]) -> dict[str, Partial]:
    partials: dict[str, Partial] = {}
    for entry in entries:
        if entry.event != "text":
            continue
        section, attempt = entry.data["section"], entry.data["attempt"]
        if section not in partials or partials[section].attempt < attempt:
            partials[section] = Partial(attempt)
        if partials[section].attempt == attempt:
            for part, offset, text in entry.data["pieces"]:
                partials[section].apply(part, offset, text)
    return partials
