"""Configuration, policies and their history. Postgres is the truth; the gate holds what was published."""

from __future__ import annotations

from .choices import AlgorithmChoices, BreakerModeChoices, BreakerStateChoices, LawChoices, RefundChoices
from .history import BreakerTransition, ConfigVersion, GateEvent
from .plans import FlowOverride, GroupWeight, Plan, PolicyClock
from .pools import Pool, PoolMember
from .upstream import Upstream

__all__ = [
    "AlgorithmChoices", "BreakerModeChoices", "BreakerStateChoices", "BreakerTransition", "ConfigVersion",
    "FlowOverride", "GateEvent", "GroupWeight", "LawChoices", "Plan", "PolicyClock", "Pool", "PoolMember",
    "RefundChoices", "Upstream",
]  # fmt: skip
