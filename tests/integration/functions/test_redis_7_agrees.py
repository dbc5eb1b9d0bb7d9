"""The library on Debian's Redis 7 passes the same kit as on the embedded Valkey."""

from __future__ import annotations

import pytest
import redis

from limiter.conformance import Backend, ours
from limiter.conformance.suite import GateTests


class TestTheGateInRedis7(GateTests):
    @pytest.fixture
    def gate_backend(self, redis_7: redis.Redis) -> Backend:
        assert redis_7.info("server")["redis_version"].startswith("7.")
        path = redis_7.connection_pool.connection_kwargs["path"]
        return ours.in_redis(f"unix://{path}")

    def examples(self, machine: str) -> int:
        return 20
