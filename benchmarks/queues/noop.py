"""The job of each library: it does nothing. What differs is how a limit is put on it."""

from __future__ import annotations

from counted import counted


def nothing(number: int = 0) -> None:
    counted.one()


def flow(number: int = 0) -> str:
    return f"flow{number % 50}"


def group(number: int = 0) -> str:
    return f"group{number % 5}"
