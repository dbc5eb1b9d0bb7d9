"""A course's members from a CSV file: read, compared with what is there, and only then written.

Reading writes nothing. Writing the same file again changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from feedback.documents import DocumentError
from feedback.documents.characters.encoding import decode
from feedback.errors import Refused
from feedback.messages.words import in_words
from feedback.models import Course, Membership, User, Welcome
from feedback.services.operations import audit
from limiter.base.database_time import database_now

from . import welcomes

MAX_ROWS = 2_000
MAX_BYTES = 1_000_000
DELIMITERS = ",;\t|"

_EMAIL = {"email", "e-mail", "mail", "e-mail address", "email address", "address"}
_NAME = {"name", "full name", "student", "student name"}
_ROLE = {"role", "type"}
_ROLES = {"": "student", "student": "student", "teacher": "teacher", "instructor": "teacher"}


class Change(StrEnum):
    """The change that importing a row makes."""

    ACCOUNT = "account"  # a new account, which joins
    JOINS = "joins"  # an account that is there joins
    ROLE = "role"  # is in the course, and gets another role
    NOTHING = "nothing"  # is there as the row says
    ERROR = "error"  # left out


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the file."""

    number: int  # as a spreadsheet counts
    email: str
    name: str
    role: str
    change: Change = Change.ACCOUNT
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """The changes that a file would make to a course."""

    text: str  # decoded, to be sent again for the import itself
    entries: Sequence[Entry]
    warning: str = ""

    def of(self, *changes: Change) -> list[Entry]:
        return [entry for entry in self.entries if entry.change in changes]

    @property
    def errors(self) -> list[Entry]:
        return self.of(Change.ERROR)

    @property
    def new(self) -> list[Entry]:
        return self.of(Change.ACCOUNT, Change.JOINS)

    @property
    def to_write(self) -> list[Entry]:
        return self.of(Change.ACCOUNT, Change.JOINS, Change.ROLE)


def read(data: bytes, *, course: Course, by: User) -> Roster:
    """Raises Refused where nothing of the file can be used."""
    text, warning = _decoded(data)
    return replace(read_text(text, course=course, by=by), warning=warning)


def entries_of(data: bytes) -> tuple[str, str, list[Entry]]:
    """A file's text, what is doubtful about it, and its rows, compared with nothing yet. Raises Refused."""
    text, warning = _decoded(data)
    text, entries = _read_entries(text)
    return text, warning, entries


def _decoded(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise Refused(_("This file is larger than 1 MB: no list of members is."), field="file")
    try:
        text, warning = decode(data)
    except DocumentError:
        raise Refused(
            _("This is not a text file. Save the list as CSV and choose that."), field="file"
        ) from None
    return text, in_words(warning)


def read_text(text: str, *, course: Course, by: User) -> Roster:
    text, entries = _read_entries(text)
    return Roster(text, list(_compared(entries, course, by)))


def _read_entries(text: str) -> tuple[str, list[Entry]]:
    text = text.replace("\x00", "").lstrip("\ufeff")
    entries = list(_entries(_rows(text)))
    if not entries:
        raise Refused(_("There is no row with an e-mail address in this file."), field="file")
    return text, list(_without_doubles(entries))


@transaction.atomic
def write(roster: Roster, *, course: Course, by: User) -> int:
    """Import what is no error; returns how many rows changed something."""
    wanted = {entry.email: entry for entry in roster.to_write}
    new = [
        User(email=entry.email, name=entry.name)
        for entry in wanted.values()
        if entry.change == Change.ACCOUNT
    ]
    for user in new:
        user.set_unusable_password()
    User.objects.bulk_create(new, ignore_conflicts=True)  # another import may have made one meanwhile
    people = dict(User.objects.filter(email__in=wanted).values_list("email", "pk"))
    welcome = {"welcome": Welcome.DUE, "welcome_at": database_now()} if welcomes.are_possible() else {}
    Membership.objects.bulk_create(
        (
            Membership(course=course, user_id=people[email], role=entry.role, **welcome)
            for email, entry in wanted.items()
            if entry.change != Change.ROLE
        ),
        ignore_conflicts=True,
    )
    for role in Membership.Role:
        emails = [e.email for e in wanted.values() if e.change == Change.ROLE and e.role == role]
        course.memberships.filter(user__email__in=emails).update(role=role)
    _tell(wanted, people, course, by)
    return len(wanted)


def _tell(wanted: Mapping[str, Entry], people: Mapping[str, UUID], course: Course, by: User) -> None:
    """By keys: an address in the log would outlive its account."""
    done: dict[str, list[UUID]] = {}
    for email, entry in wanted.items():
        what = f"role is {entry.role}" if entry.change == Change.ROLE else f"joined as {entry.role}"
        done.setdefault(what, []).append(people[email])
    if done:
        audit.record(
            author=by.get_username(), what="imported members", kind="course", subject=course.pk, after=done
        )


# Reading --------------------------------------------------------------------------------------


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, with the line that each ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = [
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise Refused(
            _("Line %(line)d can't be read as CSV.") % {"line": reader.line_num}, field="file"
        ) from error
    if len(rows) > MAX_ROWS + 1:
        words = _("These are %(rows)d rows, and %(limit)d are the most at once. Split the file.")
        raise Refused(words % {"rows": len(rows), "limit": MAX_ROWS}, field="file")
    return rows


def _delimiter(text: str) -> str:
    """The one that the first lines have most of. csv's own sniffer fails on a single column."""
    head = "\n".join(text.splitlines()[:20])
    return max(DELIMITERS, key=lambda each: (head.count(each), each == ","))


def _entries(rows: Sequence[tuple[int, list[str]]]) -> Iterator[Entry]:
    if not rows:
        return
    columns = _columns(rows[0][1])
    body = rows[1:] if columns else rows
    email, name, role = columns or _guessed(rows[0][1])
    for number, cells in body:
        yield _entry(number, _at(cells, email), _at(cells, name), _at(cells, role))


def _columns(cells: Sequence[str]) -> tuple[int | None, ...] | None:
    """Which columns hold address, name and role, where the first row says so."""
    titles = [cell.casefold() for cell in cells]
    places = [
        next((place for place, title in enumerate(titles) if title in known), None)
        for known in (_EMAIL, _NAME, _ROLE)
    ]
    return tuple(places) if places[0] is not None else None


def _guessed(cells: Sequence[str]) -> tuple[int | None, ...]:
    """Without titles: the address is where the @ is; name and role follow in this order."""
    email = next((place for place, cell in enumerate(cells) if "@" in cell), 0)
    others: list[int | None] = [place for place in range(len(cells)) if place != email]
    return (email, *[*others, None, None][:2])


def _at(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _entry(number: int, email: str, name: str, role: str) -> Entry:
    known = _ROLES.get(role.casefold())
    entry = Entry(number, email.lower(), name[:150], known or role)
    try:
        validate_email(email)
    except ValidationError:
        return _wrong(
            entry, _("This is not an e-mail address.") if email else _("The e-mail address is missing.")
        )
    if known is None:
        return _wrong(
            entry, _("The role “%(role)s” is not known: write student or teacher.") % {"role": role[:40]}
        )
    return entry


def _wrong(entry: Entry, problem: str) -> Entry:
    return replace(entry, change=Change.ERROR, problem=problem)


def _without_doubles(entries: Sequence[Entry]) -> Iterator[Entry]:
    first: dict[str, int] = {}
    for entry in entries:
        if entry.change == Change.ERROR:
            yield entry
        elif entry.email in first:
            yield _wrong(entry, _("The same address as in line %(line)d.") % {"line": first[entry.email]})
        else:
            first[entry.email] = entry.number
            yield entry


def _compared(entries: Sequence[Entry], course: Course, by: User) -> Iterator[Entry]:
    """With what each row changes, in two queries."""
    addresses = [entry.email for entry in entries]
    accounts = set(User.objects.filter(email__in=addresses).values_list("email", flat=True))
    roles = dict(course.memberships.filter(user__email__in=addresses).values_list("user__email", "role"))
    for entry in entries:
        if entry.change == Change.ERROR:
            yield entry
        elif entry.email == by.email and roles.get(entry.email) != entry.role:
            yield _wrong(entry, _("This is you: an import does not change your own role."))
        else:
            yield replace(entry, change=_change(entry, accounts, roles))


def _change(entry: Entry, accounts: set[str], roles: dict[str, str]) -> Change:
    if entry.email in roles:
        return Change.NOTHING if roles[entry.email] == entry.role else Change.ROLE
    return Change.JOINS if entry.email in accounts else Change.ACCOUNT
