"""The memory gate in virtual time: hours of a campus in seconds, several policies side by side.

    comparison = compare(SCENARIOS["deadline_night"], seed=7)
    comparison.results[0].figures.wait.p95

The engine is `limiter.gate.memory.MemoryGate` with a virtual clock, the very code that decides in production
for a single process. Everything is a function of the seed.
"""

from __future__ import annotations

from .comparison import Comparison, Result, compare
from .model import Limits, NonsenseError
from .policies import POLICIES, Policy
from .scenarios import SCENARIOS, Scenario, Size

__all__ = [
    "POLICIES", "SCENARIOS", "Comparison", "Limits", "NonsenseError", "Policy", "Result", "Scenario", "Size",
    "compare",
]  # fmt: skip
