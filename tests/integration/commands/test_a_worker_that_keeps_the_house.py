"""The one process of a small machine: a worker, and the housekeeper's duties in threads beside it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import django_rq
import pytest
import redis

from feedback.management.housekeeping import beside
from feedback.operations import heartbeats, housekeeping
from feedback.operations.housekeeping import Duty
from feedback.selectors.work import workers
from tests.running import PATIENCE, processes, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked_to_stop() -> Iterator[threading.Event]:
    """What a SIGTERM to this process sets."""
    asked = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    yield asked
    signal.signal(signal.SIGTERM, before)


@pytest.mark.django_db(transaction=True)
def test_one_process_does_both_and_ends_well(
    child_environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> None:
    with processes(child_environment, tmp_path / "log") as running:
        process = running.command("worker", *django_rq.settings.get_queues_map())
        wait_until(lambda: len(heartbeats.heard()) == len(heartbeats.PROGRAMS), "the house is kept")
        wait_until(lambda: len(workers.everybody()) == 1, "the worker works")
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_duty_that_is_lost_ends_the_main_work(
    asked_to_stop: threading.Event, monkeypatch: pytest.MonkeyPatch, redis_client: redis.Redis
) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def dies() -> None:
        raise SystemExit

    with beside([Duty("odd jobs", 0.05, dies)]) as lost:
        assert asked_to_stop.wait(PATIENCE)
    assert lost == ["odd jobs"]


def test_a_house_that_is_kept_no_more_ends_the_main_work(
    asked_to_stop: threading.Event, monkeypatch: pytest.MonkeyPatch, redis_client: redis.Redis
) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_SECONDS", 0.05)

    def odd(_: object) -> None:
        raise ValueError("an odd moment")

    monkeypatch.setattr(housekeeping.Round, "look", odd)
    with beside([Duty("odd jobs", 0.05, lambda: None)]) as lost:
        assert asked_to_stop.wait(PATIENCE)
    assert lost == ["house"]


def test_the_house_is_left_with_the_main_work(
    asked_to_stop: threading.Event, redis_client: redis.Redis
) -> None:
    did, left = threading.Event(), threading.Event()
    with beside([Duty("odd jobs", 0.05, did.set, left.set)]) as lost:
        assert did.wait(PATIENCE)
        assert not left.is_set()
    assert left.is_set()
    assert not lost
    assert not asked_to_stop.is_set()
