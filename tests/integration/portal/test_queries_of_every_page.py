"""Every page asks the database at most twelve questions, and no more of them as its data grows."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.models import Assignment, Comment, Course, Feedback, Invitation, Membership, User
from feedback.services.accounts import invitations
from feedback.services.teaching import reactions
from tests.e2e.places import PageCase, places
from tests.e2e.school import School, a_school
from tests.e2e.sessions import session_of
from tests.factories import people, reading
from tests.factories.drafts import a_draft

pytestmark = pytest.mark.django_db

BUDGET = 12
MORE = 8  # of everything


def queries(place: PageCase) -> int:
    assert place.person is not None
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(place.person)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(place.path).status_code == 200, place.name
    return len(captured)


def grow(school: School) -> None:
    """More of whatever a page lists."""
    students = User.objects.bulk_create(
        User(email=f"more{number}@example.org", name=f"More {number}") for number in range(MORE)
    )
    for course in (school.course, *_more_courses(school.teacher)):
        Membership.objects.bulk_create(Membership(course=course, user=user) for user in students)
    for number, user in enumerate(students):
        asked = school.reviewed if number % 2 else school.assignment
        reading.a_read_document(user, assignment=asked, reviewed=asked.reviewed)
        reading.a_read_document(school.student, title=f"Text {number}")
        a_draft(school.student, f"Draft {number}")
        address = f"invited{number}@example.org"
        invitations.invite(email=address, role="student", course=school.course, by=school.teacher)
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=9))
    for document in (school.essay, school.awaited, school.released):
        for given in Feedback.objects.filter(document=document, section__isnull=False):
            _more_comments(given)
        for comment in Comment.objects.filter(feedback__document=document)[:MORE]:
            reactions.react(comment, document.owner, "accepted")


def _more_courses(teacher: User) -> list[Course]:
    courses = [Course.objects.create(name=f"Course {number}") for number in range(MORE)]
    for course in courses:
        people.enrol(course, teacher, teaches=True)
        Assignment.objects.create(course=course, title="Essay")
    return courses


def _more_comments(given: Feedback) -> None:
    assert given.section is not None
    for number in range(100, 100 + MORE):
        reading.comment(given, given.section, "not there", f"Remark {number}.", number)


def test_no_page_asks_more_as_its_data_grows(redis_client: redis.Redis) -> None:
    school = a_school()
    shown = [place for place in places(school) if place.person]  # a stranger's pages list nothing
    before = {place.name: queries(place) for place in shown}
    grow(school)
    after = {place.name: queries(place) for place in shown}
    assert {name: number for name, number in after.items() if number > BUDGET} == {}
    assert {name: (before[name], after[name]) for name in after if after[name] > before[name]} == {}
