from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """What runs under the supervisor."""

    name: str
    command: tuple[str, ...]
    once: bool = False  # runs to its end and is not missed then
