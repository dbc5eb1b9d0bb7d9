"""Accounts for a load test: made with sessions of their own, and gone with all that was handed in by them.

Their addresses end in .invalid (RFC 2606): no mail ever leaves for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from feedback.models import Assignment, Course, Document, Membership, User
from feedback.services.intake import documents

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet

DOMAIN = "loadtest.invalid"
COURSE = "Load test"
LIVES = timedelta(hours=6)  # longer than any test: a session that was left over dies by itself
TASK = "Write an essay"


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    session: str


@dataclass(frozen=True, slots=True)
class Class:
    """The people of a load test: teachers and students."""

    accounts: Sequence[Account]
    password: str


@transaction.atomic
def make(count: int) -> Class:
    """So many students in one course with one assignment. Those of an earlier test go first."""
    remove()
    password = get_random_string(24)
    hashed = make_password(password)  # once: it is slow on purpose
    people = User.objects.bulk_create(
        User(email=f"student{number}@{DOMAIN}", name=f"Load Test {number}", password=hashed)
        for number in range(count)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people
    )
    course = Course.objects.create(name=COURSE)
    Assignment.objects.create(course=course, title=TASK)
    Membership.objects.bulk_create(Membership(course=course, user=person) for person in people)
    return Class([Account(person.email, _signed_in(person)) for person in people], password)


def accounts() -> QuerySet[User]:
    return User.objects.filter(email__endswith=f"@{DOMAIN}")


def remove() -> int:
    """Everything that a test made: work is cut, then rows go. Returns how many people left."""
    people = accounts()
    for document in Document.objects.filter(owner__in=people).exclude(state__in=Document.ENDED):
        documents.cancel(document)
    keys = {str(pk) for pk in people.values_list("pk", flat=True)}
    with transaction.atomic():
        _sign_out(keys)
        Document.objects.filter(owner__in=people).delete()
        Assignment.objects.filter(course__name=COURSE).delete()
        Course.objects.filter(name=COURSE).delete()
        people.delete()
    return len(keys)


def _signed_in(person: User) -> str:
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.set_expiry(int(LIVES.total_seconds()))
    session.save()
    return str(session.session_key)


def _sign_out(keys: set[str]) -> None:
    """Sessions are sealed, so each is looked into; only those that end as soon as ours are."""
    coming = Session.objects.filter(expire_date__lte=timezone.now() + LIVES)
    mine = [each.pk for each in coming if each.get_decoded().get(SESSION_KEY) in keys]
    Session.objects.filter(pk__in=mine).delete()
