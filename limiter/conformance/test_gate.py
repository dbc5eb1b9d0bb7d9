"""What `pytest --pyargs limiter.conformance` runs; the backend is that of the fixture `gate_backend`."""

from __future__ import annotations

from .suite import GateTests


class TestGate(GateTests):
    pass
