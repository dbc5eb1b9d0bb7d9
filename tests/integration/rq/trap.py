"""What no worker may come upon: to import it, or to call what it has, is noted."""

from __future__ import annotations

sprung: list[str] = ["imported"]


def spring(*_: object) -> None:
    sprung.append("called")
