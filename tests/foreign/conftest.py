"""A simulator that answers at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from feedback.development.simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency={"total": {"low": 0, "high": 0}}) as running:
        yield running
