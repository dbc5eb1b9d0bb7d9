"""What proves a backend of the gate, whoever made it: a plugin of pytest, of the extra `conformance`.

A backend is right if it answers as the gate in memory does, step by step, on a clock that the tests set
(`machines/`), and if it keeps its limits while many programs use it and some are killed (`race/`).
docs/limiter/conformance.md says how to run it.
"""

from __future__ import annotations

from .backend import Backend
from .clock import Clock

__all__ = ["Backend", "Clock"]  # suite.GateTests needs pytest and Hypothesis
