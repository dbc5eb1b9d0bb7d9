"""A slip: one place where the mechanics of the language are wrong, as it crosses the child's socket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SlipKind(StrEnum):
    SPELLING = "spelling"
    CAPITAL = "capital"
    GRAMMAR = "grammar"


@dataclass(frozen=True, slots=True)
class Slip:
    kind: SlipKind
    rule: str  # the engine's name for it
    start: int
    end: int
    correction: str = ""  # for the words marked; empty where none is sure
