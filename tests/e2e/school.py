"""A course in the middle of a term: whatever a page can show, somebody here has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.utils import timezone

from feedback.development import demo
from feedback.dispatch import flows
from feedback.models import Assignment, Budget, Course, Document, Draft, Membership, User
from feedback.services.accounts import invitations
from feedback.services.teaching import review
from limiter.configuration.publication import reconcile_configuration
from limiter.models import FlowOverride
from tests.e2e import drafts, scenes
from tests.e2e.sessions import session_of
from tests.factories import people, reading
from tests.factories.drafts import a_draft

CLASS = (
    "Chiara Moretti", "Dmitri Volkov", "Elif Yıldız", "Femi Adeyemi", "Greta Lindholm", "Hana Suzuki",
    "Idris Benali", "Jonas Weber",
)  # fmt: skip
LEVELS = (
    ("Convincing", "Adequate", "Clear", "Precise"), ("Sound", "Well used", "Compelling", "Readable"),
    ("Emerging", "Thin", "Loose", "Uneven"), ("Sound", "Adequate", "Clear", "Readable"),
    ("Convincing", "Well used", "Clear", "Readable"),
)  # fmt: skip
ADDRESSES = ("liv@example.org", "mateo@example.org", "noor@example.org")
BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1",
)


@dataclass(frozen=True, slots=True)
class School:
    student: User
    protected: User  # with a second factor
    newcomer: User  # with nothing of their own, and an address that is not confirmed
    teacher: User
    course: Course
    assignment: Assignment
    reviewed: Assignment
    essay: Document  # at its third draft
    draft: Draft
    released: Document
    awaited: Document  # with the teacher
    in_course: Membership
    invitation: str  # its token


def a_school() -> School:
    demo.load()
    reconcile_configuration()
    student, protected = (User.objects.get(email=each.email) for each in demo.STUDENTS)
    teacher = User.objects.get(email=demo.TEACHER.email)
    assignment = Assignment.objects.get()
    course = assignment.course
    classmates = [_classmate(course, name) for name in CLASS]
    essay = drafts.third_draft(student, assignment)
    _handed_in(essay, classmates[:5])
    scenes.unreadable(essay)
    scenes.with_a_gap(essay)
    reviewed = _reviewed_assignment(assignment)
    awaited, *_, released = [_under_review(essay, reviewed, each) for each in (student, *classmates[:4])]
    review.release(released, by=teacher, grade="B", note="A clear voice. Come and see me about the sources.")
    _accounts(student, protected)
    archived = Course.objects.create(name="Academic writing, last year", archived_at=timezone.now())
    people.enrol(archived, teacher, teaches=True)
    sent = [invitations.invite(email=each, role="student", course=course, by=teacher) for each in ADDRESSES]
    newcomer = people.student(name="Kai Newman", email="kai@example.org")
    EmailAddress.objects.create(user=newcomer, email=newcomer.email, primary=True)
    a_draft(student, "Bees matter, because they pollinate the crops.", title="")
    return School(
        student=student, protected=protected, newcomer=newcomer, teacher=teacher, course=course,
        assignment=assignment, reviewed=reviewed, essay=essay,
        draft=drafts.corrected_draft(student, assignment), released=released, awaited=awaited,
        in_course=Membership.objects.get(course=course, user=classmates[0]), invitation=sent[0][1],
    )  # fmt: skip


def _classmate(course: Course, name: str) -> User:
    user = people.student(name=name, email=f"{name.split()[0].lower()}@example.org")
    people.enrol(course, user)
    return user


def _copied(whole: Document, owner: User, minutes: int, **fields: Any) -> Document:
    """Another's text with the same words and comments, done within so many minutes."""
    document = scenes.a_copy(whole, title=whole.title, state=Document.State.COMPLETE)
    scenes.with_feedback(document, whole, range(whole.sections.count()))
    began = timezone.now() - timedelta(hours=3 + minutes)
    ended = began + timedelta(minutes=minutes)
    Document.objects.filter(pk=document.pk).update(owner=owner, created_at=began, finished_at=ended, **fields)
    return Document.objects.get(pk=document.pk)


def _handed_in(essay: Document, writers: Sequence[User]) -> None:
    for number, writer in enumerate(writers):
        document = _copied(essay, writer, 4 + 3 * number)
        _summary(document, LEVELS[number])
    waiting = scenes.waiting(essay, title="Night buses and shift work")
    Document.objects.filter(pk=waiting.pk).update(owner=writers[-1])


def _summary(document: Document, reached: Sequence[str]) -> None:
    names = [name for name, *_ in demo.CRITERIA]
    quote = document.text[document.text.index("The") :][:60]
    levels = [(name, level, quote) for name, level in zip(names, reached, strict=True)]
    reading.feedback_on(
        document, None, levels=reading.levels(*levels),
        summary="A clear position, and figures that carry it. Say more of those who would lose by it.",
        strengths=["The figures can be checked."], next_steps=["Answer the strongest objection."],
    )  # fmt: skip


def _reviewed_assignment(like: Assignment) -> Assignment:
    made = Assignment.objects.create(
        course=like.course, title="Literature review", reviewed=True, audience=like.audience,
        instructions="Compare three sources on one question, and say where they disagree.",
        deadline=timezone.now() - timedelta(days=2),
    )  # fmt: skip
    for line in like.criteria.all():
        line.pk, line.assignment = None, made
        line._state.adding = True
        line.save()
    return made


def _under_review(essay: Document, reviewed: Assignment, writer: User) -> Document:
    document = _copied(
        essay, writer, 9, reviewed=True, assignment=reviewed, title="Three sources on night buses"
    )
    _summary(document, LEVELS[3])
    return document


def _accounts(student: User, protected: User) -> None:
    EmailAddress.objects.create(user=student, email=student.email, primary=True, verified=True)
    TOTP.activate(protected, generate_totp_secret())
    RecoveryCodes.activate(protected)
    FlowOverride.objects.create(flow=flows.flow_of(student), tokens_per_day=200_000)
    Budget.objects.create(user=student, monthly=Decimal(12))
    for browser in BROWSERS:
        UserSession.objects.create(
            user=student, ip="192.0.2.7", user_agent=browser, session_key=session_of(student)
        )
