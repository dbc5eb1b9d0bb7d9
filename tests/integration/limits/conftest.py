from __future__ import annotations

import pytest
import redis

from tests.people import assignment, outsider, owner

from .clocks import SideBySide

__all__ = ["assignment", "outsider", "owner"]


@pytest.fixture
def both(redis_client: redis.Redis) -> SideBySide:
    return SideBySide(redis_client)
