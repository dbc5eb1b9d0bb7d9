"""Our own backends pass the kit that others prove theirs with."""

from __future__ import annotations

import pytest
import redis
from hypothesis import settings

from limiter.conformance import Backend, ours
from limiter.conformance.suite import GateTests

LONG = {"everything": 2_000}  # what all stands on gets more than the rest


class TestTheGateInMemory(GateTests):
    @pytest.fixture
    def gate_backend(self) -> Backend:
        return ours.memory()

    def examples(self, machine: str) -> int:
        return 5  # it is the reference itself


class TestTheGateInRedis(GateTests):
    @pytest.fixture
    def gate_backend(self, redis_client: redis.Redis, redis_url: str) -> Backend:
        return ours.in_redis(redis_url)

    def examples(self, machine: str) -> int:
        if settings.get_current_profile_name() == "long":
            return LONG.get(machine, 1_000)
        return super().examples(machine)
