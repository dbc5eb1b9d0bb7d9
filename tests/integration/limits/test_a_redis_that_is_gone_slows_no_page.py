"""What stands before every page lets through at once where its Redis is gone, and counts again after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

import limiter
from feedback.dispatch import rq_dispatch
from feedback.live.streams import StreamBus
from limiter import gates
from limiter.algorithms.breakers.redis import RedisBreakers
from limiter.algorithms.limits.redis import RedisLimits
from limiter.gate.redis import RedisGate
from limiter.named.stores import Stores, use_stores
from limiter.named.stores.quick import LONGEST_PAUSE, Absence, KnownToBeAway, Quick, quick
from tests.hung_server import Hung


@pytest.fixture
def hung() -> Iterator[Hung]:
    with Hung() as server:
        yield server


def test_a_redis_that_hangs_is_asked_once_and_every_request_is_let_through(
    hung: Hung, settings: Settings
) -> None:
    settings.LIMITS = {"site": {"rate": "1/h"}}
    settings.LIMITS_STORE_SECONDS = 0.05
    store = quick(redis.Redis(port=hung.port))  # its own time-outs would be minutes

    @limiter.limit_view("site", key=limiter.by_address)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("here")

    with use_stores(Stores(RedisLimits(store), RedisBreakers(store))):
        answers = [page(RequestFactory().get("/")).status_code for _ in range(200)]
    assert answers == [200] * 200
    assert 1 <= hung.connections < 10


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(absence: Absence, *, away: bool) -> None:
    with absence.watched():
        if away:
            raise redis.TimeoutError


def test_one_that_is_away_is_asked_again_after_pauses_that_grow_to_a_bound() -> None:
    clock = Clock()
    absence = Absence(clock)
    with pytest.raises(redis.TimeoutError):
        ask(absence, away=True)
    pauses = []
    for _ in range(8):
        asked_at = clock.now
        with pytest.raises(KnownToBeAway, match="a moment ago"):
            ask(absence, away=True)
        while True:
            clock.now += 0.125
            try:
                ask(absence, away=True)
            except KnownToBeAway as error:
                if error.__cause__ is not None:  # it was asked
                    break
        pauses.append(clock.now - asked_at)
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_one_that_is_back_is_asked_as_before() -> None:
    clock = Clock()
    absence = Absence(clock)
    with pytest.raises(redis.TimeoutError):
        ask(absence, away=True)
    clock.now += LONGEST_PAUSE
    for _ in range(3):
        ask(absence, away=False)


def test_its_connection_is_the_queues_with_time_outs_of_its_own(
    redis_client: redis.Redis, settings: Settings
) -> None:
    settings.LIMITS_STORE_SECONDS = 3.0
    ours = quick(redis_client)
    assert isinstance(ours, Quick)
    assert ours.connection_pool is not redis_client.connection_pool
    ours.set("limits-own", 1)
    assert redis_client.get("limits-own") == b"1"


def test_what_a_page_asks_has_time_outs_of_its_own(redis_client: redis.Redis, settings: Settings) -> None:
    """The gate, the queues that it fills, and what open pages hear."""
    settings.LIMITER_ANSWER_SECONDS = 3.0
    gate = gates._redis_gate()
    assert isinstance(gate, RedisGate)
    rq_dispatch.connection_of.cache_clear()
    for connection in (gate._connection, rq_dispatch.connection_of("parse")):
        assert isinstance(connection, Quick)
        assert connection.connection_pool.connection_kwargs["socket_timeout"] == 3.0
    rq_dispatch.connection_of.cache_clear()
    assert isinstance(StreamBus(settings.REDIS_URL)._redis, Quick)
