"""The same request, asked by several, is one call; what comes back is everybody's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from feedback.models import Assignment, Comment, Edit, Feedback, Job, User
from feedback.selectors.work.sharing import saved_by_day
from tests.factories import people
from tests.factories.providers import ScriptedProvider
from tests.factories.sharing import TEXT, analysis_of, handed_in, run_once
from tests.factories.work import deleted_by_its_owner

pytestmark = pytest.mark.django_db


def test_the_second_rides_on_the_first_and_gets_its_result(
    assignment: Assignment, owner: User, classmate: User, provider: ScriptedProvider
) -> None:
    first = handed_in(owner, assignment=assignment)
    second = handed_in(classmate, assignment=assignment)
    follower = analysis_of(second)
    assert (follower.state, follower.leader) == ("riding", analysis_of(first))

    run_once(first)

    follower = analysis_of(second)
    assert (follower.state, follower.shared, follower.leader, follower.saved_tokens) == (
        "done",
        "rode",
        None,
        100,
    )
    assert provider.calls == 1
    second.refresh_from_db()
    assert second.state == "summarising"


def test_a_copy_is_anchored_in_the_followers_own_text_and_names_no_person(
    assignment: Assignment, owner: User, classmate: User
) -> None:
    first, second = handed_in(owner, assignment=assignment), handed_in(classmate, assignment=assignment)
    run_once(first)
    copy, original = Feedback.objects.get(document=second), Feedback.objects.get(document=first)
    comment = copy.comments.get()
    assert second.text[comment.start : comment.end] == comment.quote != ""
    assert (copy.summary, copy.provisional, copy.since_revision) == (original.summary, False, None)
    assert copy.job == analysis_of(second)


def test_what_is_deleted_takes_nothing_from_its_riders(
    assignment: Assignment, owner: User, classmate: User
) -> None:
    first, second = handed_in(owner, assignment=assignment), handed_in(classmate, assignment=assignment)
    run_once(first)
    deleted_by_its_owner(first)
    assert Comment.objects.filter(feedback__document=second).count() == 1


def test_the_result_is_there_for_later_work(
    assignment: Assignment, owner: User, classmate: User, provider: ScriptedProvider
) -> None:
    run_once(handed_in(owner, assignment=assignment))
    later = analysis_of(handed_in(classmate, assignment=assignment))
    assert (later.state, later.shared, later.saved_tokens) == ("done", "reused", 100)
    assert provider.calls == 1


def test_an_old_result_is_not_given_again(assignment: Assignment, owner: User, classmate: User) -> None:
    first = handed_in(owner, assignment=assignment)
    run_once(first)
    Job.objects.filter(pk=analysis_of(first).pk).update(finished_at=timezone.now() - timedelta(days=30))
    assert analysis_of(handed_in(classmate, assignment=assignment)).state == "waiting"


def test_a_provisional_result_is_not_given_again(
    assignment: Assignment, owner: User, classmate: User
) -> None:
    first = handed_in(owner, assignment=assignment)
    run_once(first)
    Feedback.objects.update(provisional=True)
    assert analysis_of(handed_in(classmate, assignment=assignment)).state == "waiting"


def test_another_text_or_another_assignment_is_other_work(
    assignment: Assignment, owner: User, classmate: User
) -> None:
    handed_in(owner, assignment=assignment)
    other = people.assignment(course=assignment.course, instructions="In verse.")
    assert analysis_of(handed_in(classmate, assignment=assignment, text=TEXT + "Well.")).state == "waiting"
    assert analysis_of(handed_in(classmate, assignment=other)).state == "waiting"


@pytest.mark.parametrize(
    ("scope", "same_course", "own", "stranger"),
    [
        ("course", "riding", "riding", "waiting"),
        ("user", "waiting", "riding", "waiting"),
        ("global", "riding", "riding", "riding"),
        ("off", "waiting", "waiting", "waiting"),
    ],
)
def test_the_scope_decides_which_work_may_be_one(
    scope: str, same_course: str, own: str, stranger: str, assignment: Assignment, owner: User,
    classmate: User, settings: Any,
) -> None:  # fmt: skip
    settings.COALESCE_SCOPE = scope
    elsewhere = people.assignment(title=assignment.title)
    handed_in(owner, assignment=assignment)
    found = [
        analysis_of(handed_in(classmate, assignment=assignment)).state,
        analysis_of(handed_in(owner, assignment=assignment)).state,
        analysis_of(handed_in(assignment=elsewhere)).state,
    ]
    assert found == [same_course, own, stranger]


def test_work_outside_courses_is_a_persons_own(owner: User, outsider: User) -> None:
    handed_in(owner)
    assert analysis_of(handed_in(owner)).state == "riding"
    assert analysis_of(handed_in(outsider)).state == "waiting"


def test_what_a_simulator_wrote_is_no_real_answer(
    assignment: Assignment, owner: User, classmate: User, monkeypatch: pytest.MonkeyPatch,
    provider: ScriptedProvider,
) -> None:  # fmt: skip
    from feedback.dispatch import upstreams

    monkeypatch.setitem(upstreams._FACTORIES, "simulated", lambda: provider)
    upstreams.forget_providers()
    run_once(handed_in(owner, assignment=assignment, upstream="simulated"))
    assert analysis_of(handed_in(classmate, assignment=assignment)).state == "waiting"


def test_the_job_with_less_before_it_leads(assignment: Assignment, owner: User, classmate: User) -> None:
    for number in range(3):
        handed_in(owner, assignment=assignment, text=f"{TEXT}{number}")
    first = handed_in(owner, assignment=assignment)
    other = handed_in(people.student(), assignment=assignment)  # nothing of its own is before it
    third = handed_in(classmate, assignment=assignment)
    leader = analysis_of(other)
    assert leader.state == "waiting"
    assert [analysis_of(each).leader for each in (first, third)] == [leader, leader]


def test_a_leader_takes_its_followers_priority(assignment: Assignment, owner: User, classmate: User) -> None:
    first = handed_in(owner, assignment=assignment)
    handed_in(classmate, assignment=assignment)
    Job.objects.filter(document__owner=classmate).update(priority=2)
    from feedback.services.work import followers

    followers.raise_priority(analysis_of(first), 2)
    assert analysis_of(first).priority == 2


def test_a_follower_bears_a_share_of_the_charge(assignment: Assignment, owner: User, classmate: User) -> None:
    first, second = handed_in(owner, assignment=assignment), handed_in(classmate, assignment=assignment)
    follower = analysis_of(second)
    _, execution, _ = run_once(first)
    assert execution.shares == ((follower.flow, follower.group),)
    assert analysis_of(first).shares == [[follower.flow, follower.group]]


def test_what_was_saved_is_counted_by_day_and_course(
    assignment: Assignment, owner: User, classmate: User
) -> None:
    first = handed_in(owner, assignment=assignment)
    handed_in(classmate, assignment=assignment)
    run_once(first)
    handed_in(people.student(), assignment=assignment)
    (saved,) = saved_by_day(timezone.localdate())
    assert (saved.course, saved.calls, saved.tokens) == (assignment.course.name, 2, 200)


def test_what_a_teacher_has_edited_is_not_given_to_others(
    assignment: Assignment, owner: User, classmate: User, teacher: User
) -> None:
    first = handed_in(owner, assignment=assignment)
    run_once(first)
    Edit.objects.create(
        document=first,
        section=first.sections.get(),
        part=Edit.Part.SUMMARY,
        before="A",
        after="B",
        by=teacher,
    )
    assert analysis_of(handed_in(classmate, assignment=assignment)).state == "waiting"
