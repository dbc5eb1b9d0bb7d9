"""Limits as a file, or as settings: reviewed by people, and applied as a difference.

    [upstreams.provider]
    requests_per_minute = 600
    burst = 5

    [plans.large]
    weight = 3

    [groups.gold]
    weight = 3

What operators decide from hour to hour (a pause, a forced breaker, what differs for one flow) is not in it:
applying a file that was written before an incident ends no pause.
"""

from __future__ import annotations

from .applying import Applied, Difference, Edit, apply, difference
from .kinds import KINDS, Kind
from .reading import Filed, declared, exported, read

__all__ = [
    "KINDS", "Applied", "Difference", "Edit", "Filed", "Kind", "apply", "declared", "difference", "exported",
    "read",
]  # fmt: skip
