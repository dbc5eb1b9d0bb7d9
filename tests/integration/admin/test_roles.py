"""Operators act, read-only operators look, teachers and students stay outside."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from feedback.models import Job, User
from feedback.services.accounts import roles
from tests.factories import reading
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(owner: User) -> Job:
    job = reading.job_of(reading.a_split_document(owner).sections.get(position=0))
    reading.failed(job)
    return job


def retry(user: User, job: Job) -> None:
    signed_in(user).post(
        reverse("admin:feedback_job_changelist"), {"action": "retry", "_selected_action": [str(job.pk)]}
    )
    job.refresh_from_db()


def test_an_operator_starts_a_job_again(failed: Job) -> None:
    retry(member(roles.OPERATORS), failed)
    assert failed.state == Job.State.WAITING


def test_a_read_only_operator_sees_every_list_and_changes_nothing(failed: Job) -> None:
    watcher = member(roles.WATCHERS)
    client = signed_in(watcher)
    for page in ("feedback_job", "feedback_user", "feedback_auditentry", "limiter_upstream", "limiter_plan"):
        assert client.get(reverse(f"admin:{page}_changelist")).status_code == 200
    retry(watcher, failed)
    assert failed.state == Job.State.FAILED
    assert client.get(reverse("admin:limiter_plan_add")).status_code == 403
    assert client.get(reverse("admin:feedback_alertrule_add")).status_code == 403


def test_no_role_has_the_right_to_write_history() -> None:
    rights = Group.objects.get(name=roles.OPERATORS).permissions.values_list("codename", flat=True)
    assert set(rights).isdisjoint(roles.HISTORY)
    assert "view_auditentry" in rights


@pytest.mark.parametrize("group", [roles.TEACHERS, roles.STUDENTS])
def test_teachers_and_students_have_no_rights_in_the_admin(group: str, failed: Job) -> None:
    assert not Group.objects.get(name=group).permissions.exists()
    assert signed_in(member(group)).get(reverse("admin:feedback_job_changelist")).status_code == 403
