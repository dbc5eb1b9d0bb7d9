"""A housekeeper's duties: each is done by one process at a time, and goes on whatever befalls a round."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import django_rq
import pytest
import redis
from django.core.management import call_command
from rq.scheduler import RQScheduler

from feedback.dispatch.reconcile import Reconciler
from feedback.dispatch.rq_dispatch import RUN
from feedback.operations import duties, heartbeats, housekeeping
from feedback.operations.housekeeping import KEY, TURN_SECONDS, Duty, keep_house
from tests.running import PATIENCE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Rounds:
    """Work that is counted, and stops its housekeepers after some rounds."""

    def __init__(self, most: int, error: Exception | None = None) -> None:
        self.stop = threading.Event()
        self.count = self.at_once = self._under_way = 0
        self._most, self._error, self._lock = most, error, threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.count += 1
            self._under_way += 1
            self.at_once = max(self.at_once, self._under_way)
        time.sleep(0.02)
        with self._lock:
            self._under_way -= 1
            if self.count >= self._most:
                self.stop.set()
        if self._error is not None and self.count < self._most:
            raise self._error


@pytest.mark.parametrize(
    ("command", "owner", "work"),
    [("reconcile", Reconciler, "run_once"), ("alerts", duties, "evaluate")],
)
def test_a_round_that_fails_is_followed_by_another(
    command: str, owner: object, work: str, monkeypatch: pytest.MonkeyPatch, redis_client: redis.Redis
) -> None:
    rounds: list[int] = []

    def odd(*_: object) -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        raise ValueError("a row that nothing expects")

    monkeypatch.setattr(owner, work, odd)
    call_command(command, "--every", "0.01")
    assert len(rounds) == 3
    assert command not in heartbeats.heard()  # no round has been done


def test_several_housekeepers_do_a_duty_one_at_a_time(redis_client: redis.Redis) -> None:
    work = Rounds(most=12)
    others = [
        threading.Thread(target=keep_house, args=([Duty("odd jobs", 0.01, work)], work.stop))
        for _ in range(3)
    ]
    for each in others:
        each.start()
    for each in others:
        each.join(PATIENCE)
    assert work.count >= 12
    assert work.at_once == 1


def test_the_turn_of_a_housekeeper_that_died_ends_by_itself(redis_client: redis.Redis) -> None:
    seen: list[int] = []
    work = Rounds(most=1)
    key = KEY.format("odd jobs")

    def look() -> None:
        seen.append(redis_client.pttl(key))
        work()

    redis_client.set(key, "somebody who is dead", px=100)
    keep_house([Duty("odd jobs", 0.02, look)], work.stop)
    assert 0 < seen[0] <= TURN_SECONDS * 1000


def test_a_turn_from_before_the_servers_clock_was_put_back_ends_soon(
    redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "TURN_SECONDS", 0.1)
    work = Rounds(most=1)
    redis_client.set(KEY.format("odd jobs"), "somebody who is dead", ex=600)
    bound = threading.Timer(PATIENCE, work.stop.set)
    bound.start()
    keep_house([Duty("odd jobs", 0.02, work)], work.stop)
    bound.cancel()
    assert work.count == 1


def test_without_redis_each_does_its_duties_and_says_once_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusing = redis.Redis(host="127.0.0.1", port=1)
    monkeypatch.setattr(housekeeping, "_turns", lambda: refusing)
    work = Rounds(most=4, error=redis.ConnectionError("nobody answers"))
    with caplog.at_level(logging.WARNING, logger="feedback.operations.housekeeping"):
        keep_house([Duty("odd jobs", 0.01, work)], work.stop)
    assert work.count == 4
    assert [line for line in caplog.messages if "waits for a store" in line] == [
        "odd jobs waits for a store: ConnectionError: nobody answers"
    ]
    assert caplog.messages[-1] == "odd jobs goes on"


def test_a_duty_whose_thread_has_died_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def dies() -> None:
        raise SystemExit

    work = Duty("well", 0.05, lambda: None)
    assert keep_house([Duty("odd jobs", 0.05, dies), work], threading.Event()) == ["odd jobs"]


def test_what_others_schedule_with_rq_is_put_in_line_when_it_is_due(redis_client: redis.Redis) -> None:
    queue = django_rq.get_queue("parse", commit_mode="auto")
    job = queue.enqueue_in(timedelta(seconds=-1), RUN, "done")
    assert job.id not in queue.job_ids
    scheduling = duties.Scheduling(every=1)
    scheduling.run_once()
    assert job.id in queue.job_ids
    assert redis_client.exists(RQScheduler.get_locking_key("parse"))
    scheduling.leave()
    assert not redis_client.exists(RQScheduler.get_locking_key("parse"))
