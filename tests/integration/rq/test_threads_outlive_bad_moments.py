"""The settler serves all runs of a worker: nonsense of one, and a database that restarts, pass it by."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import Settings

from limiter.gate import Gate
from limiter.rq.queue import GatedQueue
from tests.integration.rq import jobs, ledgers
from tests.integration.rq.conftest import UPSTREAM, StartWorker, eventually


def settlements(gate: Gate) -> dict[str, int]:
    return {name: n for name, n in gate.status(UPSTREAM).counters.items() if name.startswith("settled_")}


def test_a_wait_that_is_no_number_is_settled_as_none(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker
) -> None:
    gated.enqueue(jobs.asks_for_no_number)
    gated.enqueue(jobs.nothing)
    start_worker(gated)
    eventually(lambda: settlements(gate) == {"settled_throttled": 1, "settled_success": 1})


def test_a_run_that_cannot_be_settled_harms_no_other(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker
) -> None:
    worker = start_worker(gated)
    for _ in range(3):
        gated.enqueue(jobs.has_no_outcome)
        gated.enqueue(jobs.nothing)
    eventually(lambda: settlements(gate) == {"settled_success": 3})
    eventually(lambda: not worker.completion.settler.is_busy)


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_postgres_closed_is_made_anew(
    gated: GatedQueue, start_worker: StartWorker, settings: Settings
) -> None:
    settings.LIMITER_LEDGER = "tests.integration.rq.ledgers.AskingLedger"
    connection.ensure_connection()  # not the one that is about to be closed
    start_worker(gated)
    gated.enqueue(jobs.nothing)
    first = ledgers.backends.get(timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [first])
    gated.enqueue(jobs.nothing)
    assert ledgers.backends.get(timeout=60) != first
