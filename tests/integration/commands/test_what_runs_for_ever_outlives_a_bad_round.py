"""The programs beside the workers go on after a round that met what nothing expects."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
import redis
from django.core.management import call_command

from feedback.dispatch.reconcile import Reconciler
from feedback.management.commands import alerts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("command", "owner", "work"),
    [("reconcile", Reconciler, "run_once"), ("alerts", alerts, "evaluate")],
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
