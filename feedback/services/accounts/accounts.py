"""Accounts from a CSV file: read as a course's list is, compared with what is there, and only then written.

Writing the same file again changes nothing. No password is made: people with a new account ask for a link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.contrib.auth.hashers import make_password
from django.db import transaction

from feedback.models import User
from feedback.services.operations import audit
from feedback.services.teaching.roster import Change, Entry, Roster, entries_of

from .people import vouch_for_address

_OTHER = {"student": "teacher", "teacher": "student"}  # what is neither is no import's to change
OPERATOR = "This is an operator: an import does not change their role."


def read(data: bytes) -> Roster:
    """Raises Refused where nothing of the file can be used."""
    text, warning, entries = entries_of(data)
    return Roster(text, list(_compared(entries)), warning)


def write(roster: Roster, *, author: str, reason: str) -> int:
    """Make the accounts and change the roles of what is no error; returns how many, each audited."""
    return sum(_write(entry, author=author, reason=reason) for entry in roster.to_write)


def _compared(entries: Sequence[Entry]) -> Iterator[Entry]:
    roles = dict(
        User.objects.filter(email__in=[entry.email for entry in entries]).values_list("email", "role")
    )
    for entry in entries:
        if entry.change == Change.ERROR:
            yield entry
        elif roles.get(entry.email) == User.Role.OPERATOR:
            yield replace(entry, change=Change.ERROR, problem=OPERATOR)
        else:
            yield replace(entry, change=_change(entry, roles.get(entry.email)))


def _change(entry: Entry, role: str | None) -> Change:
    if role is None:
        return Change.ACCOUNT
    return Change.NOTHING if role == entry.role else Change.ROLE


@transaction.atomic
def _write(entry: Entry, *, author: str, reason: str) -> bool:
    """False: somebody else was there first."""
    if entry.change == Change.ACCOUNT:
        what, before = "made", {}
        done = _make(entry)
    else:
        what, before = "changed", {"role": _OTHER[entry.role]}
        done = bool(User.objects.filter(email=entry.email, **before).update(role=entry.role))
    if done:
        after = {"role": entry.role}
        audit.record(
            author=author,
            what=what,
            kind="user",
            subject=entry.email,
            before=before,
            after=after,
            reason=reason,
        )  # fmt: skip
    return done


def _make(entry: Entry) -> bool:
    given = {"name": entry.name, "role": entry.role, "password": make_password(None)}
    user, is_new = User.objects.get_or_create(email=entry.email, defaults=given)
    if is_new:
        vouch_for_address(user)
    return is_new
