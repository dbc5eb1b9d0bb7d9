"""Configuration, policies and their history. Postgres is the truth; the gate holds what was published."""

from __future__ import annotations

from .history import BreakerStateChoices, BreakerTransition, ConfigVersion
from .plans import FlowOverride, GroupWeight, Plan, PolicyClock
from .upstream import BreakerModeChoices, Upstream

__all__ = [
    "BreakerModeChoices", "BreakerStateChoices", "BreakerTransition", "ConfigVersion", "FlowOverride",
    "GroupWeight", "Plan", "PolicyClock", "Upstream",
]  # fmt: skip
