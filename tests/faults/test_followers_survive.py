"""Whatever happens to the call that others ride on, they get their feedback, and no call is made twice."""

from __future__ import annotations

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Assignment, Document, Feedback, Job, User
from feedback.services.intake import documents
from tests.factories import people
from tests.factories.work import a_simulated_upstream, deleted_by_its_owner
from tests.running import Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

QUEUES = ("parse", "split", "simulated")
LONG_LEASES = pytest.mark.parametrize("lease_seconds", [60])
TEXT = "We counted the hives of four farms in spring, and again in the autumn of that year. " * 12
ANALYSE = Job.Kind.ANALYSE


@pytest.fixture(autouse=True)
def upstream(
    transactional_db: None, redis_client: redis.Redis, simulator: SimulatorProcess, lease_seconds: int
) -> None:
    a_simulated_upstream(requests_per_minute=600, burst=30, max_in_flight=8, lease_seconds=lease_seconds)
    calls_take(simulator, 600)  # as long as a busy machine needs to bring three into line


def calls_take(simulator: SimulatorProcess, seconds: float) -> None:
    simulator.change(latency={"total": {"low": seconds, "high": seconds}})


@pytest.fixture
def class_of_three(upstream: None) -> list[Document]:
    """Three that hand in the same text for the same assignment."""
    assignment = people.assignment()
    return [hand_in(people.student(), assignment) for _ in range(3)]


def hand_in(owner: User, assignment: Assignment) -> Document:
    return documents.submit(
        owner=owner, handed=documents.Handed.pasted(TEXT), submission_key="one", upstream="simulated",
        title="On bees", assignment=assignment,
    )  # fmt: skip


def analyses(**fields: object) -> list[Job]:
    return list(Job.objects.filter(kind=ANALYSE, **fields).order_by("pk"))


def one_runs_and_two_ride() -> bool:
    states = sorted(job.state for job in analyses())
    return states == ["riding", "riding", "running"]


def all_ended() -> bool:
    return not Document.objects.exclude(state__in=Document.ENDED).exists()


def test_the_leaders_worker_is_killed(
    running: Running, simulator: SimulatorProcess, class_of_three: list[Document]
) -> None:
    running.command("reconcile", "--every", "1")
    worker = running.worker(*QUEUES)
    wait_until(one_runs_and_two_ride, "one runs, two ride")
    running.kill(worker)
    calls_take(simulator, 0.5)
    running.worker(*QUEUES)
    wait_until(all_ended, "all have ended")
    assert set(Document.objects.values_list("state", flat=True)) == {"complete"}
    assert sorted(job.shared for job in analyses()) == ["", "rode", "rode"]
    assert Feedback.objects.filter(section__isnull=False).count() == 3


@LONG_LEASES
def test_the_leaders_document_is_deleted_while_its_call_runs(
    running: Running, simulator: SimulatorProcess, class_of_three: list[Document]
) -> None:
    calls_take(simulator, 20)  # it ends by itself, but not before its document is gone
    running.command("reconcile", "--every", "1")
    running.worker(*QUEUES)
    wait_until(one_runs_and_two_ride, "one runs, two ride")
    (leader,) = analyses(state="running")
    deleted_by_its_owner(Document.objects.get(pk=leader.document_id))
    calls_take(simulator, 0.5)  # the summaries
    successor, other = analyses()
    assert sorted([successor.state, other.state]) == ["riding", "running"]
    wait_until(all_ended, "the others have ended")
    assert not Feedback.objects.filter(document=leader.document_id).exists()
    assert sorted(job.shared for job in analyses(state="done")) == ["", "rode"]
    assert {job.attempt for job in analyses(shared="")} == {1}  # the very call that ran
    unsettled = Job.objects.filter(upstream="simulated", settled_at__isnull=True)
    wait_until(lambda: not unsettled.exists(), "every call is settled")


def test_the_leader_is_cancelled_and_then_its_heirs_worker_killed(
    running: Running, simulator: SimulatorProcess, class_of_three: list[Document]
) -> None:
    running.command("reconcile", "--every", "1")
    worker = running.worker(*QUEUES)
    wait_until(one_runs_and_two_ride, "one runs, two ride")
    (leader,) = analyses(state="running")
    documents.cancel(Document.objects.get(pk=leader.document_id))
    running.kill(worker)
    calls_take(simulator, 0.5)
    running.worker(*QUEUES)
    wait_until(all_ended, "all have ended")
    assert sorted(job.state for job in analyses()) == ["cancelled", "done", "done"]
    assert sorted(job.shared for job in analyses(state="done")) == ["", "rode"]
