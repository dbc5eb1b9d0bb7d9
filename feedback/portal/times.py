"""A range of seconds as people say it."""

from __future__ import annotations

import math

SOON = 15.0  # seconds: no number would be more honest than "seconds"
MINUTE, HOUR = 60.0, 3600.0


def start_in_words(earliest: float | None, latest: float | None) -> str:
    """ "Starts in about 2 to 4 minutes." Empty where nothing is known."""
    if earliest is None or latest is None:
        return ""
    earliest, latest = sorted((max(0.0, earliest), max(0.0, latest)))
    if latest <= SOON:
        return "Starts within seconds."
    if latest <= MINUTE:
        return "Starts within a minute."
    if latest <= 1.5 * HOUR:
        return f"Starts {_range(earliest, latest, MINUTE, 'minutes')}."
    return f"Starts {_range(earliest, latest, HOUR, 'hours')}."


def _range(earliest: float, latest: float, unit: float, name: str) -> str:
    low, high = math.floor(earliest / unit), math.ceil(latest / unit)
    if low < 1:
        return f"within about {high} {name}"
    return f"in about {low} {name}" if low == high else f"in about {low} to {high} {name}"
