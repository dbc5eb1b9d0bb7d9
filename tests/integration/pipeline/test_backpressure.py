"""Refused at the door or never: bounds of a person, a course and an upstream, and when to come back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from feedback.dispatch import flows
from feedback.errors import Refused
from feedback.models import Document, Job, User
from feedback.selectors.intake.admission import LATEST, SOONEST, share_of_bound
from feedback.services.intake.documents import Handed, submit
from limiter import services
from limiter.models import Plan, Upstream
from tests.factories import people
from tests.factories.work import a_document, a_job, a_student, an_analysis
from tests.people import signed_in

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def standard(redis_client: object, transactional_db: None) -> None:
    """At most three jobs of a person wait; the upstream takes a hundred."""
    Plan.objects.filter(is_default=True).delete()
    services.create_plan(name="three", values={"is_default": True, "in_line": 3}, **BY)
    if not Upstream.objects.filter(name="offline").exists():
        services.create_upstream(name="offline", values={}, **BY)


def hand_in(owner: User, key: str = "key", **fields: Any) -> Document:
    return submit(owner=owner, handed=Handed.pasted("Bees matter."), submission_key=key, **fields)


def bound_upstream(jobs: int) -> None:
    services.change_upstream(upstream="offline", changes={"line_bound": jobs, "backlog_bound": jobs}, **BY)


def test_within_the_bound_work_is_accepted() -> None:
    owner = a_student()
    an_analysis(owner)  # two sections wait
    assert hand_in(owner).state == Document.State.RECEIVED


def test_beyond_a_persons_bound_it_is_refused_and_nothing_is_written() -> None:
    owner = a_student()
    an_analysis(owner)
    hand_in(owner, "first")
    with pytest.raises(Refused, match="As much of your work is waiting as may wait at once") as refused:
        hand_in(owner, "second")
    assert refused.value.field == "own"
    assert not Document.objects.filter(submission_key="second").exists()


def test_another_person_is_let_in_meanwhile() -> None:
    owner = a_student()
    an_analysis(owner)
    an_analysis(owner)
    assert hand_in(a_student()).pk


def test_what_runs_or_has_ended_does_not_wait() -> None:
    owner = a_student()
    for _ in range(4):
        a_job(
            a_document(owner, state="complete"), kind=Job.Kind.SUMMARISE, state=Job.State.DONE,
            finished_at=timezone.now(),
        )  # fmt: skip
    assert hand_in(owner).pk


def test_a_course_has_a_bound_of_its_own() -> None:
    assignment = people.assignment()
    services.set_group_policy(group=flows.group_of_course(assignment.course), changes={"in_line": 2}, **BY)
    an_analysis(a_student(), assignment=assignment)
    with pytest.raises(Refused, match="work of this course") as refused:
        hand_in(a_student(), assignment=assignment)
    assert refused.value.field == "course"
    assert hand_in(a_student()).pk


def test_the_lowest_weights_are_turned_away_first() -> None:
    services.create_plan(name="light", values={"weight": 0.25}, **BY)
    light, normal, heavy = a_student(), a_student(), a_student()
    services.set_flow_policy(flow=flows.flow_of(light), changes={"plan": "light"}, **BY)
    services.set_flow_policy(flow=flows.flow_of(heavy), changes={"weight_factor": 2}, **BY)
    bound_upstream(10)
    for _ in range(4):
        an_analysis()
    with pytest.raises(Refused, match="So much work is waiting"):
        hand_in(light)
    hand_in(normal)
    with pytest.raises(Refused):
        hand_in(a_student())
    assert hand_in(heavy).pk


@pytest.mark.parametrize(("weight", "share"), [(1, 0.9), (2, 1.0), (8, 1.0), (0.5, 0.8), (0.001, 0.5)])
def test_each_halving_of_a_weight_gives_up_a_tenth(weight: float, share: float) -> None:
    assert share_of_bound(weight) == pytest.approx(share)


def test_when_to_come_back_follows_the_measured_drain() -> None:
    owner = a_student()
    done = a_document(owner, state="complete")
    for number in range(15):  # one a minute, over the last quarter of an hour
        a_job(
            done, kind=Job.Kind.SUMMARISE, state=Job.State.DONE, generation=number + 1,
            finished_at=timezone.now() - timedelta(minutes=number, seconds=5),
        )  # fmt: skip
    an_analysis(owner)
    an_analysis(owner)
    with pytest.raises(Refused) as refused:
        hand_in(owner)
    assert refused.value.retry_after == 120  # two too many


def test_where_nothing_drains_it_stays_within_an_hour() -> None:
    owner = a_student()
    an_analysis(owner)
    an_analysis(owner)
    with pytest.raises(Refused) as refused:
        hand_in(owner)
    assert refused.value.retry_after == LATEST
    services.change_upstream(upstream="offline", changes={"requests_per_minute": 6_000}, **BY)
    with pytest.raises(Refused) as refused:
        hand_in(owner)
    assert refused.value.retry_after == SOONEST


def test_two_at_the_same_moment_cannot_both_have_the_last_place() -> None:
    owner = a_student()
    an_analysis(owner)

    def try_it(key: str) -> bool:
        try:
            hand_in(owner, key)
        except Refused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(try_it, [str(number) for number in range(8)]))
    assert sum(accepted) == 1
    assert owner.documents.filter(state=Document.State.RECEIVED).count() == 1


def test_the_page_says_when_to_come_back() -> None:
    owner = a_student()
    an_analysis(owner)
    an_analysis(owner)
    client = signed_in(owner)
    form = client.get("/submit/").context["form"]
    values = {name: form.get_initial_for_field(field, name) or "" for name, field in form.fields.items()}
    values = {name: value for name, value in values.items() if name != "file"} | {"text": "Bees matter."}
    page = client.post("/submit/", values)
    assert (page.status_code, page["Retry-After"]) == (429, str(LATEST))
    assert "As much of your work is waiting" in page.content.decode()
    problem = client.post("/submit/", values, headers={"accept": "application/problem+json"})
    assert problem.status_code == 429
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.json()["field"] == "own"
