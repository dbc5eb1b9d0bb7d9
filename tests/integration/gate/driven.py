"""What the state machines have in common that drive both gates with the same steps."""

from __future__ import annotations

import os
from itertools import count

import redis
from hypothesis.stateful import RuleBasedStateMachine

from limiter.gate import Admission
from tests.integration.gate.clockwork import Clockwork, comparable


class Driven(RuleBasedStateMachine):
    fault = ""  # Lua that replaces a function of the library

    def __init__(self) -> None:
        super().__init__()
        client = redis.Redis.from_url(os.environ["REDIS_URL"])
        client.flushdb()
        self.work = Clockwork(client, fault=self.fault)
        self.numbers = count()

    def teardown(self) -> None:
        self.work.client.flushdb()
        self.work.client.close()

    def admit_both(self, upstream: str, k: int, ids: list[str]) -> tuple[Admission, Admission]:
        """What both gates admit, under these ids; they must admit alike."""
        ours = self.work.memory.admit(upstream, k, ids=ids)
        theirs = self.work.redis.admit(upstream, k, ids=ids)
        assert comparable(ours) == comparable(theirs)
        return ours, theirs

    def lease_ids(self, k: int) -> list[str]:
        return [f"lease{next(self.numbers)}" for _ in range(k)]

    def both(self, call: str, *args: object, **named: object) -> object:
        """What both gates answer; they must answer alike."""
        ours = getattr(self.work.memory, call)(*args, **named)
        theirs = getattr(self.work.redis, call)(*args, **named)
        assert ours == theirs
        return ours
