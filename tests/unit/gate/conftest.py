"""One bench for each test."""

from __future__ import annotations

import pytest

from tests.unit.gate.bench import Bench


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.configure()
    return bench
