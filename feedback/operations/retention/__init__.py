"""Retention: rows go when their time is over, in batches that go whole or not at all.

What its calls used moves to rows by day in the same transaction, so that figures outlive the work and
nothing is ever counted twice, wherever a purge is stopped.
"""

from .purging import Purged, purge, waiting
from .rollup import roll_up
from .rules import RULES, RetentionRule, rules_of_site
from .usage import UsedInDay, usage_by_day

__all__ = [
    "RULES",
    "Purged",
    "RetentionRule",
    "UsedInDay",
    "purge",
    "roll_up",
    "rules_of_site",
    "usage_by_day",
    "waiting",
]
