"""Numbers that come from outside, within what can be reckoned with."""

from __future__ import annotations

import math
import time
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 86_400.0  # seconds
MOST_TOKENS = 100_000_000  # of one call: far beyond every context, and within a column of the database


def bounded(value: float, most: float) -> float:
    """Between 0 and the most; what is no number counts as 0."""
    return 0.0 if math.isnan(value) else min(max(value, 0.0), most)


def tokens(value: object) -> int:
    """A count of a service's own usage; what is no number counts as 0."""
    if isinstance(value, int):
        return min(max(value, 0), MOST_TOKENS)
    return int(bounded(value, MOST_TOKENS)) if isinstance(value, float) else 0


def retry_after(header: str) -> float:
    """Seconds to wait, from either form of HTTP's Retry-After; 0 where there is none that can be read."""
    header = header.strip()
    try:
        return bounded(float(header), LONGEST_WAIT)
    except ValueError:
        pass
    try:
        return bounded(parsedate_to_datetime(header).timestamp() - time.time(), LONGEST_WAIT)
    except (ValueError, OverflowError):
        return 0.0
