"""A few jobs of each person stand in line; the others are held, and follow flow by flow."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import django_rq
import pytest
from django.db import connection

from feedback.dispatch import flows
from feedback.dispatch.reconcile import Reconciler
from feedback.models import Document, Job, JobEvent, User
from feedback.services.work import feeding, job_creation, jobs
from feedback.services.work.job_creation import Work
from limiter import services
from limiter.models import Upstream
from tests.factories.work import a_document, a_student

if TYPE_CHECKING:
    from pytest_django import Settings

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def short_line(redis_client: object, settings: Settings) -> None:
    """Four of each person in line, ten in all."""
    settings.FLOW_IN_LINE = 4
    if not Upstream.objects.filter(name="offline").exists():
        services.create_upstream(name="offline", values={}, **BY)
    services.change_upstream(upstream="offline", changes={"line_bound": 10}, **BY)


def some_jobs(owner: User, count: int, document: Document | None = None) -> list[Job]:
    document = document or a_document(owner)
    made = []
    for generation in range(1, count + 1):
        document.generation = generation
        work = Work(
            Job.Kind.SUMMARISE, document, queue="offline", upstream="offline",
            flow=flows.flow_of(owner), group=flows.group_of(document),
        )  # fmt: skip
        job = job_creation.create(work)
        assert job is not None
        made.append(job)
    return made


def in_line() -> Counter[str]:
    return Counter(Job.objects.filter(state=Job.State.WAITING).values_list("flow", flat=True))


def in_rq() -> set[str]:
    return set(django_rq.get_queue("offline").get_job_ids())


def test_beyond_a_few_a_persons_jobs_are_held_and_none_is_refused() -> None:
    owner = a_student()
    made = some_jobs(owner, 9)
    assert Counter(job.state for job in made) == {"waiting": 4, "held": 5}
    assert in_rq() == {str(job.pk) for job in made[:4]}


def test_the_next_person_finds_room_in_line() -> None:
    some_jobs(a_student(), 50)
    light = a_student()
    (job,) = some_jobs(light, 1)
    assert job.state == Job.State.WAITING


def test_a_full_line_holds_everybodys() -> None:
    for _ in range(3):
        some_jobs(a_student(), 4)
    assert sum(in_line().values()) == 10
    (job,) = some_jobs(a_student(), 1)
    assert job.state == Job.State.HELD


def test_the_end_of_a_job_lets_the_next_of_its_owner_in() -> None:
    owner = a_student()
    made = some_jobs(owner, 6)
    jobs.cancel(made[0])
    made[4].refresh_from_db()
    assert made[4].state == Job.State.WAITING
    assert str(made[4].pk) in in_rq()
    assert [event.kind for event in made[4].events.all()] == ["created", "fed"]


def test_room_goes_to_the_person_with_the_fewest_in_line() -> None:
    heavy, light = a_student(), a_student()
    some_jobs(heavy, 30)
    others = [some_jobs(a_student(), 3) for _ in range(2)]
    late = some_jobs(light, 3)
    assert [job.state for job in late] == ["held"] * 3
    Job.objects.filter(pk__in=[job.pk for job in others[0]]).delete()
    assert feeding.feed("offline") == 3
    assert in_line()[flows.flow_of(light)] == 3
    assert in_line()[flows.flow_of(heavy)] == 4


def test_a_job_of_higher_priority_is_fed_first() -> None:
    owner = a_student()
    made = some_jobs(owner, 8)
    Job.objects.filter(pk=made[7].pk).update(priority=1)
    jobs.cancel(made[0])
    made[7].refresh_from_db()
    assert made[7].state == Job.State.WAITING


def test_many_feeders_at_once_let_each_in_once_and_keep_the_bound() -> None:
    for _ in range(6):
        some_jobs(a_student(), 4)
    Job.objects.filter(state=Job.State.WAITING).delete()
    django_rq.get_connection("offline").delete("rq:queue:offline")

    def feed(_: int) -> int:
        try:
            return feeding.feed("offline")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        fed = sum(pool.map(feed, range(16)))
    assert fed == sum(in_line().values()) == 10
    assert JobEvent.objects.filter(kind=JobEvent.Kind.FED).count() == 10
    assert len(django_rq.get_queue("offline").get_job_ids()) == 10


def test_a_pass_of_reconcile_feeds() -> None:
    some_jobs(a_student(), 6)
    Job.objects.filter(state=Job.State.WAITING).delete()
    assert Reconciler(patience=45).run_once().fed == 2


def test_held_work_can_be_cancelled() -> None:
    held = some_jobs(a_student(), 5)[4]
    assert jobs.cancel(held)
    held.refresh_from_db()
    assert held.state == Job.State.CANCELLED
