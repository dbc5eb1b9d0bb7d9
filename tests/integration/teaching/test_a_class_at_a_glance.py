"""How a class is doing: texts handed in, what comes up often, levels, time to feedback, what is to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.models import Assignment, Comment, Course, Document, Membership, User
from feedback.operations.alerts.forecast import readings
from feedback.selectors.teaching.forecast import ENOUGH, Basis, Capacity, Past, forecast, forecast_of, past_of
from feedback.selectors.teaching.overview import Show, overview_of, students_of
from feedback.services.teaching import reactions
from tests.factories import people, reading
from tests.factories.work import a_document
from tests.people import signed_in

BUDGET = 12
HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def finished_after(document: Document, minutes: float) -> None:
    begun = document.created_at
    Document.objects.filter(pk=document.pk).update(finished_at=begun + timedelta(minutes=minutes))


def class_of(course: Course, number: int) -> list[User]:
    users = User.objects.bulk_create(
        User(email=f"c{course.pk.hex[-6:]}-{n}@example.org", name=f"Student {n:03}") for n in range(number)
    )
    Membership.objects.bulk_create(Membership(course=course, user=user) for user in users)
    return users


def test_students_that_handed_in_and_that_did_not(
    owner: User, classmate: User, teacher: User, assignment: Assignment
) -> None:
    document = reading.a_read_document(owner, assignment=assignment, title="On bees")
    overview = overview_of(assignment)
    assert (overview.students, overview.writers, overview.missing) == (2, 1, 1)
    assert [each.user for each in students_of(assignment, Show.MISSING)] == [classmate]
    page = signed_in(teacher).get(reverse("teaching-assignment", args=[assignment.pk])).content.decode()
    assert reverse("teaching-review", args=[document.pk]) in page
    assert "Nothing handed in" in page


def test_only_the_newest_draft_counts(owner: User, assignment: Assignment) -> None:
    first = reading.a_read_document(owner, assignment=assignment)
    reading.a_read_document(owner, assignment=assignment, previous=first, revision=2)
    overview = overview_of(assignment)
    assert overview.texts == 1
    assert [(issue.texts, issue.comments) for issue in overview.issues] == [(1, 2)]


def test_praise_is_no_issue_and_the_commonest_comes_first(
    owner: User, classmate: User, assignment: Assignment
) -> None:
    for writer in (owner, classmate):
        reading.a_read_document(writer, assignment=assignment)
    given = Document.objects.filter(owner=owner).get().feedback.get(section__position=0)
    assert given.section is not None
    reading.comment(given, given.section, "x", "Vague.", 5, kind="clarity")
    assert [(issue.kind, issue.texts) for issue in overview_of(assignment).issues] == [
        ("evidence", 2),
        ("clarity", 1),
    ]


def test_levels_stand_in_the_order_of_their_scale(
    owner: User, classmate: User, assignment: Assignment
) -> None:
    for writer, level in ((owner, "Sound"), (classmate, "Old name")):
        document = reading.a_read_document(writer, assignment=assignment)
        document.feedback.filter(section=None).update(levels=reading.levels(("argument", level, "")))
    (found,) = overview_of(assignment).distributions
    assert found.levels == [("Emerging", 0), ("Sound", 1), ("Convincing", 0), ("Old name", 1)]


def test_a_text_without_a_level_is_counted_as_such_and_each_bar_has_its_names(
    teacher: User, owner: User, classmate: User, assignment: Assignment
) -> None:
    for writer, level in ((owner, "Sound"), (classmate, "")):
        document = reading.a_read_document(writer, assignment=assignment)
        document.feedback.filter(section=None).update(levels=reading.levels(("argument", level, "")))
    (found,) = overview_of(assignment).distributions
    assert found.levels == [("Emerging", 0), ("Sound", 1), ("Convincing", 0), ("", 1)]
    assert found.writers[""] == [classmate.name]
    page = signed_in(teacher).get(reverse("teaching-assignment", args=[assignment.pk])).content.decode()
    assert "No level suggested" in page


def test_an_issue_has_examples_and_the_students_concerned(
    owner: User, classmate: User, assignment: Assignment
) -> None:
    texts = [reading.a_read_document(each, assignment=assignment) for each in (owner, classmate)]
    (issue,) = overview_of(assignment).issues
    assert {each.document_id for each in issue.examples} == {each.pk for each in texts}
    assert issue.writers == sorted([owner.name, classmate.name])


def test_what_students_did_is_shown_of_five_and_not_of_four(assignment: Assignment) -> None:
    for number in range(5):
        assert overview_of(assignment).answers is None, number
        document = reading.a_read_document(assignment=assignment)
        comments = Comment.objects.filter(feedback__document=document)
        for comment, verdict in zip(comments, ("accepted", "dismissed", "addressed"), strict=False):
            reactions.react(comment, document.owner, verdict)
    answers = overview_of(assignment).answers
    assert answers is not None
    found = (answers.comments, answers.useful, answers.dealt_with, answers.dismissed, answers.wrong)
    assert found == (20, 5, 5, 5, 0)


def test_time_to_feedback_is_a_median_and_a_ninth_tenth(assignment: Assignment) -> None:
    for minutes in (1, 2, 3, 4, 11):
        finished_after(reading.a_read_document(assignment=assignment), minutes)
    overview = overview_of(assignment)
    assert overview.median == timedelta(minutes=3)
    assert overview.p90 is not None
    assert timedelta(minutes=8) < overview.p90 < timedelta(minutes=9)


def test_an_empty_class_has_an_overview_too(teacher: User, assignment: Assignment) -> None:
    Membership.objects.filter(role="student").delete()
    page = signed_in(teacher).get(reverse("teaching-assignment", args=[assignment.pk]))
    assert page.status_code == 200
    assert overview_of(assignment).median is None


def test_late_texts_are_counted(owner: User, assignment: Assignment) -> None:
    assignment.deadline = timezone.now() - HOUR
    assignment.save()
    reading.a_read_document(owner, assignment=assignment)
    assert overview_of(assignment).late == 1


@pytest.mark.parametrize("show", ["all", "awaiting", "missing", "nonsense"])
def test_four_hundred_members_cost_no_more_queries_than_two(
    teacher: User, owner: User, assignment: Assignment, show: str
) -> None:
    client = signed_in(teacher)
    assignment.deadline = timezone.now() + 30 * HOUR
    assignment.reviewed = True
    assignment.save()
    reading.a_read_document(owner, assignment=assignment, reviewed=True)
    address = reverse("teaching-assignment", args=[assignment.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, {"show": show}).status_code == 200
        return len(captured)

    few = queries()
    writers = class_of(assignment.course, 400)[:200]
    now = timezone.now()
    Document.objects.bulk_create(
        Document(
            owner=writer, assignment=assignment, title="T", upstream="offline", submission_key="k",
            state="complete", finished_at=now, reviewed=True,
        )
        for writer in writers
    )  # fmt: skip
    many = queries()
    assert many - few <= 1, "the texts of a page of students, where none was before"
    assert many <= BUDGET


@pytest.mark.parametrize(
    "name", ["teaching", "teaching-course", "teaching-members", "teaching-review", "teaching-outlook"]
)
def test_each_page_keeps_to_its_budget(
    teacher: User, under_review: Document, assignment: Assignment, name: str
) -> None:
    client = signed_in(teacher)
    argument = {
        "teaching": [],
        "teaching-review": [under_review.pk],
        "teaching-outlook": [assignment.pk],
    }.get(name, [assignment.course_id])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name, args=argument)).status_code == 200
        return len(captured)

    few = queries()
    class_of(assignment.course, 100)
    for _ in range(3):
        people.enrol(people.assignment().course, teacher, teaches=True)
    Assignment.objects.create(course=assignment.course, title="Another")
    assert queries() == few <= BUDGET


# What is to come ------------------------------------------------------------------------------

FLAT = Past(Basis.COURSE, dict.fromkeys(range(10), 1.0), texts_a_student=1.0, calls_a_text=6.0)


def test_those_to_come_spread_over_the_hours_as_others_did() -> None:
    found = forecast(now=NOW, deadline=NOW + 10 * HOUR, to_come=100, past=FLAT, capacity=Capacity(100.0))
    assert [round(hour.calls) for hour in found.hours] == [60] * 10
    assert found.longest_wait == timedelta()
    assert found.load == pytest.approx(0.6)


def test_what_can_not_be_done_in_its_hour_waits_and_ends_after_the_deadline() -> None:
    past = Past(Basis.COURSE, {0: 1.0}, calls_a_text=6.0)
    found = forecast(now=NOW, deadline=NOW + 5 * HOUR, to_come=100, past=past, capacity=Capacity(200.0, 60.0))
    assert [round(hour.line) for hour in found.hours] == [0, 0, 0, 0, 400] or found.hours[-1].line == 400
    assert found.longest_wait == 2 * HOUR
    assert found.last_ready == NOW + 7 * HOUR + timedelta(minutes=2)


def test_no_call_is_lost_or_invented() -> None:
    past = Past(Basis.COURSE, {0: 3, 5: 1, 60: 7}, texts_a_student=1.5, calls_a_text=4.0)
    found = forecast(now=NOW, deadline=NOW + 100 * HOUR, to_come=50, past=past, capacity=Capacity(10.0))
    assert sum(hour.calls for hour in found.hours) == pytest.approx(50 * 1.5 * 4)


def test_where_only_the_last_minutes_are_left_all_come_in_them() -> None:
    found = forecast(
        now=NOW,
        deadline=NOW + timedelta(minutes=5),
        to_come=10,
        past=Past(Basis.ALL, {30: 1}),
        capacity=Capacity(None),
    )
    assert len(found.hours) == 1
    assert found.hours[0].calls == pytest.approx(80)


def test_the_past_is_read_from_earlier_deadlines_of_the_course(assignment: Assignment) -> None:
    before = Assignment.objects.create(
        course=assignment.course, title="Before", deadline=timezone.now() - 24 * HOUR
    )
    for number in range(20):
        document = a_document(assignment=before)
        came = before.deadline - (0.5 * HOUR if number < 15 else 100 * HOUR)  # type: ignore[operator]
        Document.objects.filter(pk=document.pk).update(created_at=came)
    past = past_of(assignment)
    assert past.basis == Basis.COURSE
    assert sum(past.shares.values()) == pytest.approx(1)
    assert past.shares[0] == pytest.approx((15 + ENOUGH * 0.5 / 6) / (20 + ENOUGH))
    assert sum(past.shares[hour] for hour in range(72, 120)) == pytest.approx(5 / (20 + ENOUGH))
    assert past.texts_a_student == 1
    assert past_of(people.assignment()).basis == Basis.ALL


def test_what_is_assumed_is_a_distribution_and_as_the_page_says_it(assignment: Assignment) -> None:
    assumed = past_of(assignment).shares
    assert sum(assumed.values()) == pytest.approx(1)
    assert sum(share for hour, share in assumed.items() if hour < 6) == pytest.approx(0.5)
    assert all(assumed[hour] >= assumed[hour + 1] for hour in range(len(assumed) - 1))


def test_without_a_past_it_is_called_an_assumption(
    teacher: User, owner: User, assignment: Assignment
) -> None:
    assignment.deadline = timezone.now() + 30 * HOUR
    assignment.save()
    page = signed_in(teacher).get(reverse("teaching-outlook", args=[assignment.pk])).content.decode()
    assert "An assumption" in page


def test_a_deadline_that_has_passed_has_no_forecast(assignment: Assignment) -> None:
    assert forecast_of(assignment) is None
    assignment.deadline = timezone.now() - HOUR
    assert forecast_of(assignment) is None


def test_the_alert_hears_of_deadlines_of_the_next_days(owner: User, assignment: Assignment) -> None:
    assert list(readings()) == []
    Assignment.objects.update(deadline=timezone.now() + 20 * HOUR)
    assert [each.subject for each in readings()] == [str(assignment.pk)]
    Course.objects.update(archived_at=timezone.now())
    assert list(readings()) == []
