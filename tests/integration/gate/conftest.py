"""A clock and both gates, fresh for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.gate.clockwork import Clockwork

if TYPE_CHECKING:
    import redis


@pytest.fixture
def work(redis_client: redis.Redis) -> Clockwork:
    return Clockwork(redis_client)
