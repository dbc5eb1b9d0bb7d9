"""RQ's own pages in the admin: for people with a right to jobs; what is done there stays on record."""

from __future__ import annotations

import django_rq
import pytest
import redis
from django.test import Client
from django.urls import reverse
from django_rq.settings import get_queues_map

from feedback.models import AuditEntry, User
from feedback.services.accounts import roles
from tests.factories import people
from tests.factories.work import an_analysis
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(redis_client: redis.Redis) -> list[str]:
    """The ids of what is in line on the queue "offline"."""
    from feedback.dispatch import job_queue

    for job in an_analysis().jobs.all():
        job_queue.enqueue(job)
    return list(django_rq.get_queue("offline").get_job_ids())


def address(page: str, *more: str) -> str:
    return reverse(f"django_rq:{page}", args=[get_queues_map()["offline"], *more])


def client_of(group: str) -> Client:
    return signed_in(member(group))


def test_an_operator_empties_a_queue_and_the_audit_says_so(waiting: list[str]) -> None:
    operator = member(roles.OPERATORS)
    assert signed_in(operator).post(address("clear")).status_code == 302
    assert django_rq.get_queue("offline").count == 0
    entry = AuditEntry.objects.get(kind="queue")
    assert (entry.who, entry.what, entry.subject) == (operator.get_username(), "rq: clear", "offline")


def test_an_operator_deletes_some_jobs_and_the_audit_names_them(waiting: list[str]) -> None:
    asked = {"action": "delete", "job_ids": waiting[:1]}
    assert client_of(roles.OPERATORS).post(address("actions"), asked).status_code == 302
    entry = AuditEntry.objects.get(kind="queue")
    assert (entry.what, entry.after) == ("rq: delete", {"jobs": waiting[:1]})


def test_a_viewer_changes_nothing(waiting: list[str]) -> None:
    watcher = client_of(roles.WATCHERS)
    assert watcher.get(address("jobs")).status_code == 200
    for page in ("clear", "requeue_all", "delete_failed_jobs", "actions"):
        assert watcher.post(address(page), {"action": "delete", "job_ids": waiting}).status_code == 403
    for page in ("delete_job", "requeue_job", "enqueue_job", "stop_job"):
        assert watcher.post(address(page, waiting[0])).status_code == 403
    assert django_rq.get_queue("offline").count == len(waiting)
    assert not AuditEntry.objects.filter(kind="queue").exists()


def test_staff_without_a_right_to_jobs_sees_nothing(waiting: list[str]) -> None:
    somebody = signed_in(people.student(role=User.Role.OPERATOR, is_staff=True))
    assert somebody.get(reverse("django_rq:home")).status_code == 403
    assert somebody.get(reverse("django_rq:home_json")).status_code == 403
    assert somebody.get(address("jobs")).status_code == 403


def test_what_is_not_there_is_not_found_and_leaves_no_record(waiting: list[str]) -> None:
    operator = client_of(roles.OPERATORS)
    assert operator.get(reverse("django_rq:jobs", args=[99])).status_code == 404
    assert operator.post(reverse("django_rq:clear", args=[99])).status_code == 404
    assert operator.post(address("delete_job", "no-such-job")).status_code == 404
    assert not AuditEntry.objects.filter(kind="queue").exists()


def test_there_is_no_second_door() -> None:
    operator = client_of(roles.OPERATORS)
    assert operator.get("/admin/django_rq/dashboard/queues/0/").status_code == 404
