"""What a job waits for, as operators read it: the limit, the flows ahead, and when; held ones as well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from feedback.dispatch.ledger import ticket_of
from feedback.models import Document, Job
from limiter.configuration.publication import reconcile_configuration
from limiter.gates import get_gate
from limiter.services import change_upstream
from tests.factories.work import a_student, an_analysis
from tests.integration.commands.test_jobs import jobs

if TYPE_CHECKING:
    import redis

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def paced(db: None, redis_client: redis.Redis) -> None:
    changes = {"requests_per_minute": 60, "burst": 1}
    change_upstream(upstream="offline", changes=changes, author="test", reason="a line that moves")
    reconcile_configuration()


def in_line(document: Document) -> list[Job]:
    """Its jobs, in the line of the gate."""
    found = list(document.jobs.order_by("pk"))
    for job in found:
        get_gate().offer(job.upstream, ticket_of(job))
    return found


def shown(job: Job) -> dict[str, Any]:
    waits: dict[str, Any] = json.loads(jobs("show", str(job.pk), "--json"))["waits_for"]
    return waits


def test_a_waiting_job_lists_the_flows_ahead_by_share() -> None:
    one, other = a_student(), a_student()
    in_line(an_analysis(one))
    last = in_line(an_analysis(other))[-1]
    waits = shown(last)
    assert waits["state"] == "waiting"
    assert waits["ahead"] == [
        {"who": one.email, "jobs": 2, "share": 2 / 3},
        {"who": other.email, "jobs": 1, "share": 1 / 3},
    ]
    output = jobs("show", str(last.pk))
    assert f"Whose: {one.email} 67% (2), {other.email} 33% (1)." in output
    assert "It is expected to start between" in output


def test_a_held_job_waits_for_the_same_and_for_its_own_that_are_held_before_it() -> None:
    owner = a_student()
    in_line(an_analysis(owner))
    first, second = an_analysis(owner).jobs.order_by("pk")
    Job.objects.filter(pk__in=[first.pk, second.pk]).update(state=Job.State.HELD)
    sooner, later = shown(first), shown(second)
    assert (sooner["state"], sooner["ahead_in_flow"], later["ahead_in_flow"]) == ("held", 2, 3)
    assert sooner["reason"] == "requests_per_minute"
    assert sooner["latest"] < later["latest"]
    assert "It is held until its flow has room in the line." in jobs("show", str(first.pk))


def test_held_with_nothing_in_line_no_start_is_invented() -> None:
    job = an_analysis().jobs.order_by("pk")[0]
    Job.objects.update(state=Job.State.HELD)
    assert (shown(job)["earliest"], shown(job)["ahead"]) == (None, [])
