from __future__ import annotations

import pytest
import redis

from .clocks import SideBySide


@pytest.fixture
def both(redis_client: redis.Redis) -> SideBySide:
    return SideBySide(redis_client)
