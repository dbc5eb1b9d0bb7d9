from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # it works, and will not for ever or not for everybody
    FAIL = "fail"  # something does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """The finding of a check, in a sentence, and what to do about it."""

    name: str
    level: Level
    found: str
    advice: str = ""


def ok(name: str, found: str) -> Finding:
    return Finding(name, Level.OK, found)


def warn(name: str, found: str, advice: str) -> Finding:
    return Finding(name, Level.WARN, found, advice)


def fail(name: str, found: str, advice: str) -> Finding:
    return Finding(name, Level.FAIL, found, advice)
