"""Ages as one types them: 90s, 30m, 2h, 7d."""

from __future__ import annotations

import re
from datetime import timedelta

import typer

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MOST_DAYS = 36_500  # a century: beyond it a date has no year
_AGE = re.compile(r"(\d+)([smhd])")


def age(words: str) -> timedelta:
    """A parser for typer, which tells the option's name with what is wrong."""
    found = _AGE.fullmatch(words.strip())
    if found is None:
        raise typer.BadParameter(f"{words!r} is no age: expected a number and a unit, as 30m, 2h or 7d.")
    number = int(found[1])
    if number > MOST_DAYS:
        raise typer.BadParameter(f"{words!r} is too long an age.")
    return timedelta(**{UNITS[found[2]]: number})
