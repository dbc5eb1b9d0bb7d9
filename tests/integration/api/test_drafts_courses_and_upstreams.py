"""Drafts, courses and their assignments over HTTP; upstreams for those that run the site."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from feedback.models import Assignment, Course, Document, Draft, User
from feedback.services.accounts import roles
from limiter.gate import GateUnavailable
from tests.factories import people
from tests.factories.drafts import a_draft
from tests.integration.admin.conftest import member

from .calling import TEXT, Api, kind_of


def test_a_draft_is_kept_as_it_is_written(api: Api, assignment: Assignment) -> None:
    path = f"drafts/{uuid4()}"
    first = api.put(path, {"text": "On", "assignment": str(assignment.pk)})
    assert (first.status_code, first.json()["version"]) == (200, 1)
    second = api.put(path, {"text": TEXT, "version": 1, "title": "Bees"})
    assert (second.json()["version"], second.json()["assignment"]) == (2, None)
    assert api.get(path).json() == second.json()
    assert [each["opening"][:7] for each in api.get("drafts").json()] == ["On bees"]


def test_two_that_write_at_once_do_not_overwrite_each_other(api: Api) -> None:
    path = f"drafts/{uuid4()}"
    api.put(path, {"text": "One"})
    api.put(path, {"text": "Two", "version": 1})
    late = api.put(path, {"text": "Three", "version": 1})
    assert (kind_of(late), late.json()["version"]) == ("conflict", 2)
    assert api.get(path).json()["text"] == "Two"


def test_the_same_save_again_changes_nothing(api: Api) -> None:
    path = f"drafts/{uuid4()}"
    assert api.put(path, {"text": "One"}).json() == api.put(path, {"text": "One"}).json()


def test_a_draft_is_handed_in_once(api: Api, owner: User, assignment: Assignment) -> None:
    path = f"drafts/{uuid4()}"
    api.put(path, {"text": TEXT, "assignment": str(assignment.pk)})
    answer = api.post(f"{path}/hand-in", {"version": 1})
    document = Document.objects.get()
    assert answer["Location"] == f"/api/v1/documents/{document.pk}"
    assert (document.owner, document.title, document.assignment) == (owner, "On bees", assignment)
    assert not Draft.objects.exists()
    for again in (api.post(f"{path}/hand-in", {"version": 1}), api.get(path)):
        assert (kind_of(again), again.json()["document"]) == ("gone", str(document.pk))


def test_with_a_key_handing_in_again_gets_the_same_answer(api: Api) -> None:
    path, key = f"drafts/{uuid4()}", {"Idempotency-Key": "once"}
    api.put(path, {"text": TEXT})
    first, second = (api.post(f"{path}/hand-in", {"version": 1}, headers=key) for _ in range(2))
    assert (first.status_code, second.json()) == (201, first.json())


def test_an_empty_draft_is_refused_and_stays(api: Api) -> None:
    path = f"drafts/{uuid4()}"
    api.put(path, {"text": ""})
    assert kind_of(api.post(f"{path}/hand-in", {"version": 1})) == "refused"
    assert api.get(path).status_code == 200


def test_a_file_of_a_draft_is_handed_in_with_it(api: Api, owner: User) -> None:
    draft = a_draft(owner, "")
    Draft.objects.filter(pk=draft.pk).update(filename="bees.txt", data=TEXT.encode())
    assert api.post(f"drafts/{draft.pk}/hand-in", {"version": draft.version}).status_code == 201
    assert bytes(Document.objects.get().upload.data) == TEXT.encode()


def test_anothers_draft_is_as_good_as_none(api: Api, outsider: User) -> None:
    draft = a_draft(outsider, "Mine.")
    path = f"drafts/{draft.pk}"
    answers = (api.get(path), api.delete(path), api.post(f"{path}/hand-in", {"version": 1}))
    assert {kind_of(each) for each in answers} == {"not-found"}
    assert kind_of(api.put(path, {"text": "Yours.", "version": draft.version})) in ("gone", "not-found")
    assert Draft.objects.get().text == "Mine."


def test_a_draft_is_thrown_away(api: Api, owner: User) -> None:
    draft = a_draft(owner, "Mine.")
    assert api.delete(f"drafts/{draft.pk}").status_code == 204
    assert kind_of(api.delete(f"drafts/{draft.pk}")) == "not-found"


# Courses ----------------------------------------------------------------------------------------------


def test_courses_and_what_they_ask_for(api: Api, assignment: Assignment) -> None:
    elsewhere = people.assignment()
    courses = api.get("courses").json()
    assert [(each["name"], each["role"]) for each in courses] == [(assignment.course.name, "student")]
    asked = api.get(f"assignments?course={assignment.course_id}").json()
    assert [each["id"] for each in asked] == [str(assignment.pk)]
    assert asked[0]["criteria"][0]["levels"] == people.LEVELS
    assert api.get(f"assignments/{assignment.pk}").json() == asked[0]
    assert kind_of(api.get(f"assignments/{elsewhere.pk}")) == "not-found"


def test_a_course_that_is_over_says_so(api: Api, assignment: Assignment) -> None:
    Course.objects.update(archived_at=timezone.now())
    assert api.get("courses").json()[0]["archived_at"]
    assert api.get(f"assignments/{assignment.pk}").json()["is_open"] is False


# Upstreams --------------------------------------------------------------------------------------------


@pytest.fixture
def upstream(db: None, redis_client: object) -> str:
    """One that every installation has."""
    return "offline"


def test_operators_see_the_upstreams(upstream: str) -> None:
    watcher = Api.of(member(roles.WATCHERS), "operate")
    listed = watcher.get("upstreams").json()
    assert upstream in [each["name"] for each in listed]
    one = watcher.get(f"upstreams/{upstream}").json()
    assert one["condition"] in ("admits", "unconfigured")
    assert kind_of(watcher.get("upstreams/none")) == "not-found"


def test_nobody_else_does_whatever_their_token_says(upstream: str, owner: User, teacher: User) -> None:
    unlicensed = people.student(role=User.Role.OPERATOR, is_staff=True)
    for person in (owner, teacher, unlicensed):
        api = Api.of(person, "operate")
        assert kind_of(api.get("upstreams")) == "forbidden"
        assert kind_of(api.get(f"upstreams/{upstream}")) == "forbidden"


def test_a_right_that_is_taken_away_ends_with_the_next_request(upstream: str) -> None:
    person = member(roles.OPERATORS)
    api = Api.of(person, "operate")
    assert api.get("upstreams").status_code == 200
    person.groups.clear()
    assert kind_of(api.get("upstreams")) == "forbidden"


def test_the_scope_is_needed_too(upstream: str, operator: User) -> None:
    assert kind_of(Api.of(operator).get("upstreams")) == "insufficient-scope"


def test_a_gate_that_is_away_is_a_problem(
    upstream: str, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise GateUnavailable("down")

    monkeypatch.setattr("limiter.selectors.get_gate", away)
    answer = Api.of(operator, "operate").get("upstreams")
    assert kind_of(answer) == "unavailable"
    assert answer["Retry-After"]
