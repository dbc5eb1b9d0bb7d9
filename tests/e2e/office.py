"""What an operator finds on an evening: a row in every table that the admin shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.utils import timezone

from feedback.development import demo
from feedback.dispatch import flows
from feedback.models import (
    AccessDenial,
    AlertReceiver,
    AlertRule,
    Budget,
    Course,
    Delivery,
    Document,
    Incident,
    Job,
    Silence,
    UsageDay,
    User,
)
from feedback.services.accounts.people import set_share
from feedback.services.teaching.courses import set_weight
from limiter.configuration.publication import reconcile_configuration
from limiter.models import Pool, Upstream
from limiter.services import create_plan, set_flow_policy, set_pool
from tests.e2e import admin_scenes
from tests.e2e.school import BROWSERS
from tests.e2e.sessions import session_of
from tests.factories import people

EVENING = 400  # jobs: some of each state
WHY: Any = {"author": "ada@example.edu", "reason": "Exam week."}


@dataclass(frozen=True, slots=True)
class Office:
    operator: User
    failed: Job
    waiting: Job
    document: Document
    student: User  # the document's owner
    upstream: Upstream
    pool: Pool


def an_office(jobs: int = EVENING) -> Office:
    demo.load()
    reconcile_configuration()
    failed = admin_scenes.an_evening(jobs)
    document = failed.document
    student = document.owner
    operator = User.objects.get(email=demo.ADMIN.email)
    _policies(student)
    _alerts(operator)
    _people(student, document)
    waiting = Job.objects.filter(state=Job.State.WAITING, upstream="bedrock").order_by("pk")[0]
    return Office(
        operator=operator, failed=failed, waiting=waiting, document=document, student=student,
        upstream=Upstream.objects.get(name="bedrock"), pool=Pool.objects.get(),
    )  # fmt: skip


def _policies(student: User) -> None:
    create_plan(
        name="thesis", values={"weight": 2, "max_in_flight": 3}, author="ada", reason="Thesis writers"
    )
    set_share(user=student, changes={"priority": 1}, **WHY)
    changes = {"tokens_per_day": 200_000, "in_line": 40}
    set_flow_policy(flow=flows.flow_of(student), changes=changes, author="ada", reason="Writes a lot.")
    set_pool(name="writing", members=["bedrock", "offline"], author="ada", reason="Offline when AWS is down")
    course = Course.objects.order_by("pk")[0]
    set_weight(course=course, weight=2.0, **WHY)


def _alerts(operator: User) -> None:
    rule, now = AlertRule.objects.get(name="throttled"), timezone.now()
    receiver = AlertReceiver.objects.create(name="mail", kind="email", address="ops@example.edu")
    incident = Incident.objects.create(
        rule=rule,
        subject="bedrock",
        state="firing",
        value=9.0,
        words="Throttled: 9 %",
        began_at=now,
        fired_at=now,
    )
    Delivery.objects.create(
        incident=incident, receiver=receiver, transition="trigger", state="sent", attempts=1,
        claimed_at=now, sent_at=now,
    )  # fmt: skip
    Silence.objects.create(
        rule=rule,
        subject="offline",
        until=now + timedelta(hours=1),
        who=operator.email,
        why="It is being moved",
    )


def _people(student: User, document: Document) -> None:
    today = timezone.now().date()
    Budget.objects.create(user=student, monthly=Decimal(12))
    used = {"flow": flows.flow_of(student), "upstream": "bedrock", "calls": 9, "input_tokens": 40_000}
    used |= {"group": flows.group_of(document), "cost": Decimal("0.264")}
    for ago in (40, 33, 26, 25, 19, 18, 12, 11, 5, 4):
        UsageDay.objects.create(day=today - timedelta(days=ago), output_tokens=8_000 + 400 * ago, **used)
    EmailAddress.objects.create(user=student, email=student.email, primary=True, verified=True)
    AccessDenial.objects.create(user=people.student(name="Otis Outsider"), document=document)
    for browser in BROWSERS:
        UserSession.objects.create(
            user=student, ip="192.0.2.7", user_agent=browser, session_key=session_of(student)
        )
    AccessAttempt.objects.create(
        username="nobody@example.org", ip_address="192.0.2.7", failures_since_start=3
    )
