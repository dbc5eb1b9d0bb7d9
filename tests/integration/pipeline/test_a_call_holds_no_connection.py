"""More calls are in flight than there are connections to the database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.db import close_old_connections, connection

from feedback.models import Job
from feedback.pipeline.run import run
from feedback.providers.base import Call, Event, Request
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.work import a_student, an_analysis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

CALLS = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"] + 4
PATIENCE = 20.0  # seconds, less than a thread waits for a connection


class AllAtOnce(ScriptedProvider):
    """Answers when as many calls as are awaited have come together."""

    def __init__(self) -> None:
        super().__init__()
        self.gathered = Barrier(CALLS, timeout=PATIENCE)
        self.held: list[bool] = []

    def stream(self, request: Request, call: Call) -> Iterator[Event]:
        self.held.append(connection.connection is not None)
        self.gathered.wait()
        yield from super().stream(request, call)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[AllAtOnce]:
    with in_place_of("offline", AllAtOnce(), monkeypatch) as together:
        yield together


def carried_out(job: Job) -> None:
    lease = Lease(f"lease-{job.pk}", str(job.pk), job.upstream, job.flow, job.group, 1, 0, "e", 0.0)
    try:
        run(str(job.pk), Execution(id=lease.id, job=str(job.pk), lease=lease))
    finally:
        close_old_connections()


def test_more_calls_than_connections_are_in_flight(provider: AllAtOnce) -> None:
    for _ in range(CALLS // 2):
        an_analysis(a_student())
    jobs = list(Job.objects.filter(state=Job.State.WAITING))
    with ThreadPoolExecutor(CALLS) as pool:
        list(pool.map(carried_out, jobs))
    assert not any(provider.held)
    assert Job.objects.filter(pk__in=[job.pk for job in jobs], state=Job.State.DONE).count() == CALLS
