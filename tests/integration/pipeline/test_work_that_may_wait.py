"""Work that may wait is asked for by the tier that costs less, where the model has one, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from feedback.dispatch import upstreams
from feedback.models import Assignment, AuditEntry, Budget, Course, Document, Job, Reservation, Urgency, User
from feedback.pipeline.run import run
from feedback.providers.bedrock import BedrockProvider, BedrockSettings
from feedback.services.intake import documents
from feedback.services.teaching import courses
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.sharing import a_price, analysis_of, execution_of, handed_in, run_once
from tests.people import signed_in

from .endpoint import Endpoint

pytestmark = pytest.mark.django_db
TEXT = "On bees\n\nBees matter, because they pollinate crops."
WORDS = "Tonight is soon enough"
MODEL = "anthropic.claude-sonnet-4-5"


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[ScriptedProvider]:
    settings.FEEDBACK_UPSTREAM = "offline"
    with in_place_of("offline", ScriptedProvider(), monkeypatch) as scripted:
        yield scripted


@pytest.fixture
def flex(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model has the tier."""
    monkeypatch.setattr(upstreams, "tiers_of", lambda upstream: (upstreams.FLEX,))
    monkeypatch.setattr("feedback.pipeline.call.tiers_of", upstreams.tiers_of)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """Bedrock's provider in the offline one's place, with a client that keeps what it was sent."""
    bedrock, endpoint = BedrockProvider(BedrockSettings(model=MODEL, region="eu-central-1")), Endpoint()
    monkeypatch.setattr(bedrock, "_connected", lambda: endpoint)
    with in_place_of("offline", bedrock, monkeypatch):
        yield endpoint


def hand_in(owner: User, **fields: Any) -> Document:
    sent = {"form_key": "0" * 32, "text": TEXT, **fields}
    assert signed_in(owner).post(reverse("submit"), sent).status_code == 302
    return Document.objects.get()


# The choice -------------------------------------------------------------------------------------


def test_the_choice_is_offered_where_the_model_has_the_tier(owner: User, flex: None) -> None:
    assert WORDS in signed_in(owner).get(reverse("submit")).content.decode()
    assert hand_in(owner, tonight="on").urgency == Urgency.TONIGHT


def test_it_is_not_shown_where_the_model_has_none(owner: User) -> None:
    assert WORDS not in signed_in(owner).get(reverse("submit")).content.decode()
    assert hand_in(owner, tonight="on").urgency == Urgency.NOW


def test_without_a_choice_work_is_served_as_soon_as_there_is_room(owner: User, flex: None) -> None:
    assert hand_in(owner).urgency == Urgency.NOW


@pytest.mark.parametrize(
    ("course", "chosen", "counts"),
    [("", "on", "tonight"), ("", "", "now"), ("now", "on", "now"), ("tonight", "", "tonight")],
)
def test_a_courses_decision_counts_and_else_the_students(
    owner: User, assignment: Assignment, flex: None, course: str, chosen: str, counts: str
) -> None:
    Course.objects.filter(pk=assignment.course_id).update(urgency=course)
    document = hand_in(owner, assignment=str(assignment.pk), **({"tonight": chosen} if chosen else {}))
    assert document.urgency == counts


def test_a_teacher_decides_and_is_kept_as_the_author(
    teacher: User, assignment: Assignment, flex: None
) -> None:
    course = assignment.course
    address = reverse("teaching-edit-course", args=[course.pk])
    assert "How soon is feedback wanted?" in signed_in(teacher).get(address).content.decode()
    signed_in(teacher).post(address, {"name": course.name, "urgency": "tonight"})
    course.refresh_from_db()
    assert course.urgency == Urgency.TONIGHT
    assert AuditEntry.objects.filter(what="changed its urgency", subject=str(course.pk)).count() == 1
    assert not courses.set_urgency(course=course, urgency="tonight", by=teacher)


def test_without_the_tier_a_teacher_is_asked_nothing(teacher: User, assignment: Assignment) -> None:
    address = reverse("teaching-edit-course", args=[assignment.course_id])
    assert "How soon" not in signed_in(teacher).get(address).content.decode()
    signed_in(teacher).post(address, {"name": "Renamed", "urgency": "tonight"})
    assert Course.objects.get(pk=assignment.course_id).urgency == ""


def test_the_database_knows_the_codes(assignment: Assignment) -> None:
    for change in (Course.objects.filter(pk=assignment.course_id), Document.objects.filter()):
        handed_in()
        with pytest.raises(IntegrityError), transaction.atomic():
            change.update(urgency="later")


# The call ---------------------------------------------------------------------------------------


def test_its_calls_name_the_tier_on_the_wire(flex: None, endpoint: Endpoint) -> None:
    job, execution, _ = run_once(handed_in(urgency=Urgency.TONIGHT))
    assert (job.state, job.tier) == ("done", "flex")
    assert endpoint.asked[-1]["serviceTier"] == {"type": "flex"}
    assert execution.timing is None, "to be served after the rest is no slowness"


def test_urgent_calls_name_none(flex: None, endpoint: Endpoint) -> None:
    job, execution, _ = run_once(handed_in())
    assert job.tier == ""
    assert "serviceTier" not in endpoint.asked[-1]
    assert execution.timing is not None


def test_a_tier_that_the_model_has_lost_is_asked_for_no_more(
    flex: None, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = handed_in(urgency=Urgency.TONIGHT)
    monkeypatch.setattr("feedback.pipeline.call.tiers_of", lambda upstream: ())
    run_once(document)
    assert "serviceTier" not in endpoint.asked[-1]


def test_work_wanted_now_never_rides_on_a_call_that_may_wait(
    flex: None, owner: User, classmate: User, assignment: Assignment
) -> None:
    first = handed_in(owner, assignment=assignment, urgency=Urgency.TONIGHT)
    second = handed_in(classmate, assignment=assignment)
    third = handed_in(owner, assignment=assignment, urgency=Urgency.TONIGHT)
    states = [analysis_of(each).state for each in (first, second, third)]
    assert states == [Job.State.WAITING, Job.State.WAITING, Job.State.RIDING]


def test_what_is_set_aside_and_paid_is_the_tiers_price(owner: User, flex: None) -> None:
    a_price()
    a_price(tier="flex", input="1.5", output="7.5")
    Budget.objects.create(user=owner, monthly=1)
    amounts = []
    for urgency in Urgency:
        handed = documents.Handed.pasted("Bees. " * 200)
        document = documents.submit(owner=owner, handed=handed, submission_key=urgency, urgency=urgency)
        amounts.append(Reservation.objects.get(document=document).amount)
    assert amounts[0] == 2 * amounts[1]
    job, _, _ = run_once(handed_in(owner, urgency=Urgency.TONIGHT))
    assert job.price is not None
    assert job.price.tier == "flex"


# The page ---------------------------------------------------------------------------------------


def page(document: Document) -> str:
    return signed_in(document.owner).get(reverse("document", args=[document.pk])).content.decode()


def test_the_page_says_so(flex: None, owner: User) -> None:
    assert "Tonight is soon enough for this text" in page(handed_in(owner, urgency=Urgency.TONIGHT))
    assert "Tonight is soon enough for this text" not in page(handed_in(owner))


def test_it_does_not_where_nothing_comes_of_the_wish(owner: User) -> None:
    assert "Tonight is soon enough for this text" not in page(handed_in(owner, urgency=Urgency.TONIGHT))


# What the bill may name -------------------------------------------------------------------------


def test_a_call_names_course_and_assignment_by_keys_that_say_nothing(
    endpoint: Endpoint, assignment: Assignment, settings: Any
) -> None:
    run_once(handed_in(assignment=assignment))
    keys = {"course": assignment.course_id.hex, "assignment": assignment.pk.hex}
    assert endpoint.asked[-1]["requestMetadata"] == keys
    settings.BEDROCK_REQUEST_METADATA = False
    run_once(handed_in(assignment=assignment, text="Another text about hives, of another student.\n\n"))
    assert "requestMetadata" not in endpoint.asked[-1]


def test_work_outside_courses_names_nothing(endpoint: Endpoint) -> None:
    run_once(handed_in())
    assert "requestMetadata" not in endpoint.asked[-1]


def test_the_summarys_call_names_them_too(endpoint: Endpoint, assignment: Assignment) -> None:
    document = handed_in(assignment=assignment)
    run_once(document)
    summary = document.jobs.get(kind=Job.Kind.SUMMARISE)
    execution: Execution = execution_of(summary)
    run(str(summary.pk), execution)
    assert endpoint.asked[-1]["requestMetadata"]["assignment"] == assignment.pk.hex


def test_the_admin_shows_a_courses_urgency(operator: User, client: Client, assignment: Assignment) -> None:
    client.force_login(operator)
    assert "urgency" in client.get(f"/admin/feedback/course/{assignment.course_id}/change/").content.decode()
