"""Whatever becomes of a leader, no follower is left behind."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from feedback.dispatch.reconcile import settle_left_followers
from feedback.errors import JobFailed
from feedback.models import Assignment, Document, Feedback, Job, User
from feedback.pipeline.recover import recover
from feedback.pipeline.run import run
from feedback.providers.base import Call, Rejected, Request, Throttled, Unavailable
from feedback.services.intake import documents
from feedback.services.work import job_runs, jobs
from tests.factories import people
from tests.factories.providers import ScriptedProvider
from tests.factories.sharing import analysis_of, execution_of, handed_in, run_once
from tests.factories.work import deleted_by_its_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(assignment: Assignment, owner: User, classmate: User) -> list[Document]:
    """A leader and two that ride on it."""
    return [handed_in(student, assignment=assignment) for student in (owner, classmate, people.student())]


def states(documents: list[Document]) -> list[str]:
    return [analysis_of(each).state for each in documents if Document.objects.filter(pk=each.pk).exists()]


def test_a_request_that_is_refused_is_not_made_again_for_its_followers(
    three: list[Document], provider: ScriptedProvider
) -> None:
    provider.errors = [Rejected()]
    with pytest.raises(JobFailed):
        run_once(three[0])
    assert states(three) == ["failed", "failed", "failed"]
    assert provider.calls == 1
    assert len({analysis_of(each).problem for each in three}) == 1
    assert analysis_of(three[2]).problem


def test_attempts_are_counted_for_the_request_whoever_asks_it(
    three: list[Document], provider: ScriptedProvider
) -> None:
    provider.errors = [Unavailable() for _ in range(job_runs.MAX_FAILURES)]
    run_once(three[0])
    documents.cancel(three[0])
    assert states(three) == ["cancelled", "waiting", "riding"]
    assert analysis_of(three[1]).failures == 1
    for _ in range(1, job_runs.MAX_FAILURES - 1):
        run_once(three[1])
    with pytest.raises(JobFailed):
        run_once(three[1])
    assert states(three) == ["cancelled", "failed", "failed"]
    assert provider.calls == job_runs.MAX_FAILURES


def test_followers_of_a_refused_request_are_found_by_reconcile(
    three: list[Document], provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.pipeline.run.fail_with", interrupted)
    provider.errors = [Rejected()]
    with pytest.raises(JobFailed):
        run_once(three[0])
    assert states(three) == ["failed", "riding", "riding"]
    assert settle_left_followers() == 2
    assert states(three) == ["failed", "failed", "failed"]


def interrupted(leader: Job) -> int:
    raise DatabaseError


def test_a_throttled_leader_keeps_its_followers(three: list[Document], provider: ScriptedProvider) -> None:
    provider.errors = [Throttled()]
    run_once(three[0])
    assert states(three) == ["waiting", "riding", "riding"]


def test_a_waiting_leader_that_is_cancelled_hands_over(three: list[Document]) -> None:
    documents.cancel(three[0])
    assert states(three) == ["cancelled", "waiting", "riding"]


def test_a_waiting_leader_that_is_deleted_hands_over(three: list[Document]) -> None:
    deleted_by_its_owner(three[0])
    assert states(three) == ["waiting", "riding"]


def test_a_follower_that_is_cancelled_leaves_the_leader_alone(three: list[Document]) -> None:
    documents.cancel(three[1])
    assert states(three) == ["waiting", "cancelled", "riding"]
    run_once(three[0])
    assert states(three) == ["done", "cancelled", "done"]
    assert not Feedback.objects.filter(document=three[1]).exists()


@pytest.mark.parametrize("ending", [documents.cancel, deleted_by_its_owner])
def test_a_running_call_goes_on_for_its_riders(
    three: list[Document], provider: ScriptedProvider, ending: object
) -> None:
    def end_the_leader(request: Request, call: Call) -> None:
        ending(three[0])  # type: ignore[operator]
        successor = analysis_of(three[1])
        assert (successor.state, successor.attempt) == ("running", 1)
        assert not call.aborted

    provider.before_the_end = end_the_leader
    execution = execution_of(analysis_of(three[0]))
    run(execution.job, execution)
    assert provider.calls == 1
    assert states(three)[-2:] == ["done", "done"]
    assert not Feedback.objects.filter(document=three[0]).exists()


def test_a_call_that_was_taken_over_and_fails_is_tried_again_for_its_successor(
    three: list[Document], provider: ScriptedProvider
) -> None:
    def end_the_leader(request: Request, call: Call) -> None:
        documents.cancel(three[0])
        raise Throttled(retry_after=3)

    provider.before_the_end = end_the_leader
    execution = execution_of(analysis_of(three[0]))
    assert run(execution.job, execution) is None  # that RQ job is over
    successor = analysis_of(three[1])
    assert (successor.state, successor.lease, successor.leader) == ("waiting", None, None)
    assert states(three) == ["cancelled", "waiting", "riding"]


def test_a_worker_that_died_with_a_call_that_was_taken_over(three: list[Document]) -> None:
    leader = analysis_of(three[0])
    execution = execution_of(leader)
    assert job_runs.claim(str(leader.pk), execution)
    documents.cancel(three[0])
    assert analysis_of(three[1]).state == "running"
    assert not recover(job_id=str(leader.pk), lease=execution.id)
    assert states(three) == ["cancelled", "waiting", "riding"]
    assert analysis_of(three[1]).failures == 1


def test_reconcile_finds_followers_of_a_leader_that_vanished(three: list[Document]) -> None:
    three[0].delete()  # past every service
    assert states(three) == ["riding", "riding"]
    assert settle_left_followers() == 1
    assert states(three) == ["waiting", "riding"]
    assert settle_left_followers() == 0


def test_reconcile_delivers_what_a_worker_could_not(
    three: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback.pipeline.run.deliver_to_followers", lambda leader, stage: 0)
    run_once(three[0])
    assert states(three) == ["done", "riding", "riding"]
    assert settle_left_followers() == 2
    assert states(three) == ["done", "done", "done"]


def test_a_retry_rides_where_the_work_is_under_way_again(
    three: list[Document], provider: ScriptedProvider
) -> None:
    provider.errors = [Rejected()]
    with pytest.raises(JobFailed):
        run_once(three[0])
    assert jobs.retry(analysis_of(three[1]))
    assert jobs.retry(analysis_of(three[0]))
    assert states(three) == ["riding", "waiting", "failed"]
