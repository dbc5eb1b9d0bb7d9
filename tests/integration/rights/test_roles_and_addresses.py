"""Roles × addresses × methods: the access of each to every address that the site has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from feedback.models import Document, User
from feedback.services.accounts import roles
from tests.factories import people, reading
from tests.integration.admin.conftest import member
from tests.people import signed_in

from . import doors

pytestmark = pytest.mark.django_db

SEEN_BY_OPERATORS = [f"admin:{model}_changelist" for model in doors.MODELS]
CHANGED_BY_OPERATORS = [
    f"admin:{model}_{page}" for model in doors.MODELS for page in ("add", "delete", "change")
]
# Events close their connection to the database, which a test's transaction can't bear: test_events asks them.
STREAMS = ("events", "api:events", "api:document-events")
OTHERS_WORK = [name for name in doors.OTHERS_WORK if name not in STREAMS]
OTHER_PAGES = [f"admin:{model}_history" for model in doors.MODELS]
OF_SUPERUSERS = [f"admin:{model}_{page}" for model in doors.SUPERUSERS_MODELS for page in doors.OF_A_MODEL]
BEHIND = {
    "everybody": doors.PUBLIC,
    "machines": doors.MACHINES,
    "a person": doors.PERSON,
    "nobody but its own": doors.OTHERS_WORK,
    "who may invite": doors.INVITES,
    "staff": doors.STAFF,
    "who may see": [*doors.SEES, *SEEN_BY_OPERATORS, *OTHER_PAGES],
    "who may change": [*doors.ACTS, *CHANGED_BY_OPERATORS],
    "superusers": OF_SUPERUSERS,
}
IN_THE_ADMIN = [
    name for door in ("staff", "who may see", "who may change", "superusers") for name in BEHIND[door]
]


@pytest.fixture
def paths(owner: User, redis_client: redis.Redis) -> dict[str, str]:
    """An address for each name; where it names a document it is one of somebody else."""
    document = reading.a_read_document(owner)
    return {name: _path(name, pattern, document) for name, pattern in doors.addresses()}


def _path(name: str, pattern: URLPattern, document: Document) -> str:
    job = document.jobs.all()[0]
    values: dict[str, Any] = {"document_id": document.pk, "section_id": job.section_id, "job_id": job.pk}
    examples = {
        "UUIDConverter": uuid4(),
        "UUIDStrConverter": uuid4(),
        "IntConverter": 0,
        "SlugConverter": "x",
    }
    given = {
        each: values.get(each, examples.get(type(kind).__name__, "x"))
        for each, kind in pattern.pattern.converters.items()
    }
    given |= dict.fromkeys(getattr(getattr(pattern.pattern, "regex", None), "groupindex", {}), "x") | given
    if name == "admin:app_list":
        given = {"app_label": "feedback"}
    try:
        return reverse(name, kwargs=given)
    except NoReverseMatch:
        assert name == "admin:None", name  # the admin's old addresses and its last resort
        return "/admin/no/such/page/"


def refused(client: Client, path: str, method: str = "get") -> bool:
    """By a word, by the way to the sign-in, or as if there were nothing."""
    answer = getattr(client, method)(path)
    assert answer.status_code < 500, (method, path, answer.status_code)
    if answer.status_code in (301, 302):
        return str(answer["Location"]).startswith(("/sign-in/", "/admin/login/"))
    return answer.status_code in (401, 403, 404, 405)


def let_in(client: Client, paths: dict[str, str], names: list[str], *methods: str) -> Iterator[str]:
    """What should have refused and did not."""
    for name in names:
        for method in methods:
            if not refused(client, paths[name], method):
                yield f"{method} {name}"


def test_every_address_stands_behind_one_door() -> None:
    listed = [name for names in BEHIND.values() for name in names]
    assert sorted(listed) == sorted(set(listed))
    assert {name for name, _pattern in doors.addresses()} == set(listed)


def test_a_stranger_is_asked_to_sign_in_everywhere_but_at_the_front(paths: dict[str, str]) -> None:
    closed = [names for door, names in BEHIND.items() if door != "everybody"]
    names = [name for names in closed for name in names if name not in STREAMS]
    assert list(let_in(Client(), paths, names, "get")) == []
    portal = [name for name in names if not name.startswith(("admin:", "django_rq:"))]
    assert list(let_in(Client(), paths, portal, "post")) == []


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_people_of_the_portal_have_neither_the_admin_nor_the_work_of_others(
    paths: dict[str, str], role: str
) -> None:
    client = signed_in(people.student() if role == "student" else people.teacher())
    assert list(let_in(client, paths, [*IN_THE_ADMIN, *doors.MACHINES], "post")) == []
    assert list(let_in(client, paths, OTHERS_WORK, "get", "post")) == []
    invites = list(let_in(client, paths, doors.INVITES, "get"))
    assert len(invites) == (0 if role == "student" else len(doors.INVITES))
    assert not any(refused(client, paths[name]) for name in ("home", "profile", "submit", "quota"))


def test_staff_without_rights_sees_the_admins_first_page_and_nothing_more(paths: dict[str, str]) -> None:
    client = signed_in(people.student(role=User.Role.OPERATOR, is_staff=True))
    pages = [*doors.SEES, *SEEN_BY_OPERATORS, *BEHIND["who may change"], *OF_SUPERUSERS]
    nothing_there = [f"admin:{model}_history" for model in doors.SUPERUSERS_MODELS]  # it leads back
    names = [name for name in pages if name not in nothing_there]
    assert list(let_in(client, paths, [*names, *doors.INVITES, *doors.MACHINES], "post")) == []
    assert not refused(client, paths["admin:index"])


def test_a_viewer_looks_and_changes_nothing(paths: dict[str, str]) -> None:
    client = signed_in(member(roles.WATCHERS))
    assert [name for name in SEEN_BY_OPERATORS if refused(client, paths[name])] == []
    assert list(let_in(client, paths, [*BEHIND["who may change"], *doors.INVITES], "post")) == []
    assert list(let_in(client, paths, OTHERS_WORK, "get", "post")) == []


def test_an_operator_sees_all_of_ours_and_neither_accounts_secrets_nor_others_texts(
    paths: dict[str, str],
) -> None:
    client = signed_in(member(roles.OPERATORS))
    assert not any(refused(client, paths[name]) for name in ("admin:feedback_job_dead", "django_rq:home"))
    assert not any(refused(client, paths[name]) for name in doors.INVITES)
    lists = [name for name in OF_SUPERUSERS if name.endswith(("changelist", "add"))]
    assert list(let_in(client, paths, lists, "get", "post")) == []
    assert list(let_in(client, paths, OTHERS_WORK, "get", "post")) == []
