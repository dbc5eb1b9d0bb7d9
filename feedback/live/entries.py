"""Entries of a document's live log, and the interface of the log that keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

CAP = 2000  # events kept for a document
EXPIRE_SECONDS = 2 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: its id grows within a document and is what Last-Event-ID says."""

    id: str
    event: str
    data: Mapping[str, Any]

    @property
    def order(self) -> tuple[int, int]:
        return order_of(self.id)


def order_of(entry_id: str) -> tuple[int, int]:
    """Stream ids compare by time, then by number. Raises ValueError for anything else."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


class Bus(Protocol):
    def append(self, document: str, event: str, data: Mapping[str, Any]) -> None: ...

    def entries(self, document: str) -> Sequence[Entry]:
        """All that is kept for a document, oldest first."""

    def note(self, document: str, text: str) -> None:
        """Keep one small note for a document, in place of the last one, for as long as its log."""

    def noted(self, document: str) -> str:
        """The note; empty where there is none."""

    def forget(self, document: str) -> None:
        """Drop the log and the note of a document that was deleted."""


def dumps(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
