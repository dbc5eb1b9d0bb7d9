"""Four states that read differently; a range that grew says why; the end against the deadline."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.dispatch.ledger import ticket_of
from feedback.models import Assignment, Document, Job, User
from feedback.selectors.work import waiting
from feedback.services.intake import documents
from limiter.configuration.publication import reconcile_configuration
from limiter.gate.model import BreakerMode, Explanation, GateUnavailable, Reason
from limiter.gates import get_gate
from limiter.selectors import Pace
from limiter.services import change_upstream, force_breaker
from tests.factories import people, reading
from tests.people import signed_in


@pytest.fixture(autouse=True)
def gate(db: None, redis_client: redis.Redis) -> None:
    reconcile_configuration()


def in_line(document: Document) -> Document:
    for job in document.jobs.filter(state=Job.State.WAITING).order_by("pk"):
        get_gate().offer(job.upstream, ticket_of(job))
    return document


def banner(owner: User, document: Document) -> str:
    page = signed_in(owner).get(reverse("progress", args=[document.pk])).content.decode()
    return page[: page.index('class="progress-actions"')]


def in_list(owner: User) -> str:
    """The list of a person that has this document alone."""
    return signed_in(owner).get(reverse("home")).content.decode()


def states_in(text: str) -> list[tuple[str, str]]:
    """Tone and label of each state it shows."""
    return re.findall(r'class="state tone-(\w+)">.*?<span>(.*?)</span>', text, re.DOTALL)


def explained(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """Have the gate say this of whatever waits."""
    monkeypatch.setattr("limiter.selectors.explain", lambda **_: Explanation("waiting", **fields))


def paced(monkeypatch: pytest.MonkeyPatch, per_minute: float, seconds: float) -> None:
    monkeypatch.setattr(waiting, "_pace", lambda upstream: Pace(per_minute, seconds))


def later(minutes: float) -> float:
    return (timezone.now() + timedelta(minutes=minutes)).timestamp()


# States ---------------------------------------------------------------------------------------


def test_in_line_says_what_is_ahead_and_a_range(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    explained(monkeypatch, ahead_in_flow=2, earliest=later(2.1), latest=later(3.9), reason=Reason.IN_FLIGHT)
    text = banner(owner, reading.a_split_document(owner))
    assert "In line" in text
    assert "2 sections of yours are ahead." in text
    assert "Starts in about 2 to 4 minutes." in text


@pytest.mark.parametrize("reason", [Reason.REQUESTS_PER_MINUTE, Reason.TOKENS_PER_MINUTE])
def test_the_next_one_waits_for_the_rate_limit(
    owner: User, monkeypatch: pytest.MonkeyPatch, reason: Reason
) -> None:
    explained(monkeypatch, earliest=later(0.1), latest=later(0.5), reason=reason)
    text = banner(owner, reading.a_split_document(owner))
    assert "Next, waiting for the rate limit" in text
    assert "tone-limited" in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.BREAKER_OPEN, "not available right now"),
        (Reason.PAUSED, "An operator has paused the service."),
        (Reason.EXHAUSTED, "used up its quota for today"),
        (Reason.FLOW_TOKENS_PER_DAY, "your own quota for today"),
        (Reason.FLOW_SUSPENDED, "Your account may not use"),
    ],
)
def test_a_pause_says_why_and_promises_no_start(
    owner: User, monkeypatch: pytest.MonkeyPatch, reason: Reason, words: str
) -> None:
    explained(monkeypatch, earliest=later(1), latest=later(2), reason=reason)
    text = banner(owner, reading.a_split_document(owner))
    assert "Paused" in text
    assert words in text
    assert "Starts" not in text


def test_ones_own_quota_says_when_it_renews(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = datetime(2027, 3, 1, tzinfo=UTC)
    explained(monkeypatch, reason=Reason.FLOW_TOKENS_PER_DAY, retry_at=midnight.timestamp())
    User.objects.filter(pk=owner.pk).update(time_zone="Europe/Berlin")
    owner.refresh_from_db()
    assert "It renews on 1 March, 01:00." in banner(owner, reading.a_split_document(owner))


def test_the_providers_quota_of_a_day_says_when_it_goes_on(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = datetime(2027, 3, 1, tzinfo=UTC)
    explained(monkeypatch, reason=Reason.EXHAUSTED, retry_at=midnight.timestamp())
    User.objects.filter(pk=owner.pk).update(time_zone="Europe/Berlin")
    owner.refresh_from_db()
    text = banner(owner, reading.a_split_document(owner))
    assert "it goes on when that renews. It renews on 1 March, 01:00." in text


def test_running_says_which_sections_of_how_many(owner: User) -> None:
    document = reading.a_split_document(owner, sections=4)
    sections = list(document.sections.all())
    reading.done(reading.job_of(sections[0]))
    for section in sections[1:3]:
        reading.running(reading.job_of(section))
    assert "Sections 2 and 3 of 4 are being written, 1 is done." in banner(owner, document)


def test_a_gate_that_is_away_leaves_a_page_without_a_range(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: str) -> Explanation:
        raise GateUnavailable

    monkeypatch.setattr("limiter.selectors.explain", away)
    text = banner(owner, reading.a_split_document(owner))
    assert "In line" in text
    assert "Starts" not in text


def test_what_is_held_comes_after_all_of_ones_own_in_line(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = reading.a_split_document(owner, sections=4)
    Job.objects.filter(document=document).update(state=Job.State.HELD)
    in_line = reading.a_split_document(owner, sections=3)
    explained(monkeypatch, ahead_in_flow=2, earliest=later(2.0), latest=later(6.0), reason=Reason.IN_FLIGHT)
    text = banner(owner, document)
    assert "3 sections of yours are ahead." in text
    assert "Starts in about 2 to 8 minutes." in text
    assert in_line.owner.email not in text


def test_the_real_gate_pauses_for_an_open_breaker(owner: User) -> None:
    document = in_line(reading.a_split_document(owner))
    force_breaker(upstream="offline", mode=BreakerMode.FORCED_OPEN, author="test", reason="an outage")
    reconcile_configuration()
    assert "not available right now" in banner(owner, document)
    force_breaker(upstream="offline", mode=BreakerMode.AUTO, author="test", reason="over")
    change_upstream(upstream="offline", changes={"paused": True}, author="test", reason="maintenance")
    reconcile_configuration()
    assert "An operator has paused the service." in banner(owner, document)


# The list says the same -----------------------------------------------------------------------

A_STATE_EACH = [
    Reason.BREAKER_OPEN, Reason.PAUSED, Reason.FLOW_TOKENS_PER_DAY, Reason.REQUESTS_PER_MINUTE,
    Reason.IN_FLIGHT, None,
]  # fmt: skip


@pytest.mark.parametrize("reason", A_STATE_EACH)
@pytest.mark.parametrize("state", ["waiting", "held", "running"])
def test_the_list_says_the_same_state_as_the_page(
    owner: User, monkeypatch: pytest.MonkeyPatch, reason: Reason | None, state: str
) -> None:
    document = reading.a_split_document(owner, sections=3)
    first, second, _ = document.sections.all()
    reading.done(reading.job_of(first))
    if state == "running":
        reading.running(reading.job_of(second))
    else:
        document.jobs.filter(state=Job.State.WAITING).update(state=state)
    explained(monkeypatch, reason=reason)
    assert states_in(in_list(owner)) == states_in(banner(owner, document))


def test_the_list_says_the_same_of_what_is_held_behind_own_work_in_line(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = reading.a_split_document(owner)
    held.jobs.update(state=Job.State.HELD)
    in_front = reading.a_split_document(owner)
    for reason in A_STATE_EACH:
        explained(monkeypatch, reason=reason)
        pages = states_in(banner(owner, in_front)) + states_in(banner(owner, held))
        assert states_in(in_list(owner)) == pages


def test_the_list_asks_the_real_gate(owner: User) -> None:
    document = in_line(reading.a_split_document(owner))
    force_breaker(upstream="offline", mode=BreakerMode.FORCED_OPEN, author="test", reason="an outage")
    reconcile_configuration()
    assert states_in(in_list(owner)) == [("paused", "Paused")] == states_in(banner(owner, document))
    assert "not available right now" in in_list(owner)
    force_breaker(upstream="offline", mode=BreakerMode.AUTO, author="test", reason="over")
    reconcile_configuration()
    assert states_in(in_list(owner)) == states_in(banner(owner, document)) != [("paused", "Paused")]


def test_a_gate_that_is_away_is_asked_once_for_the_whole_list(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def away(*, upstream: str, job: str) -> Explanation:
        asked.append(job)
        raise GateUnavailable

    monkeypatch.setattr("limiter.selectors.explain", away)
    for _ in range(3):
        reading.a_split_document(owner)
    assert states_in(in_list(owner)) == [("waiting", "In line")] * 3
    assert len(asked) == 1


def test_a_list_of_open_work_asks_the_database_as_often_for_twenty_as_for_one(
    owner: User, django_assert_num_queries: Any
) -> None:
    home = reverse("home")
    client = signed_in(owner)
    in_line(reading.a_split_document(owner))
    reading.a_split_document(owner).jobs.update(state=Job.State.HELD)
    with CaptureQueriesContext(connection) as few:
        client.get(home)
    for _ in range(9):
        in_line(reading.a_split_document(owner))
        reading.a_split_document(owner).jobs.update(state=Job.State.HELD)
    with django_assert_num_queries(len(few)):
        client.get(home)


# A range that grew ----------------------------------------------------------------------------


def test_a_start_that_moves_away_says_why(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document = reading.a_split_document(owner)
    paced(monkeypatch, 30, 60)
    explained(monkeypatch, earliest=later(2), latest=later(4))
    assert "later than we said" not in banner(owner, document)
    paced(monkeypatch, 10, 60)
    explained(monkeypatch, earliest=later(6), latest=later(12))
    assert "takes fewer requests a minute than before" in banner(owner, document)
    assert "takes fewer requests a minute than before" in banner(owner, document), "as long as it is so"
    explained(monkeypatch, earliest=later(1), latest=later(2))
    assert "later than we said" not in banner(owner, document)


def test_after_an_outage_the_outage_is_the_reason(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    document = reading.a_split_document(owner)
    explained(monkeypatch, earliest=later(2), latest=later(4))
    banner(owner, document)
    explained(monkeypatch, earliest=later(3), latest=later(5), reason=Reason.BREAKER_OPEN)
    banner(owner, document)
    explained(monkeypatch, earliest=later(8), latest=later(14))
    assert "was away for a while" in banner(owner, document)


# The deadline ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latest", "words"),
    [(5, "should be done before the deadline"), (59, "may not be done"), (200, "will not be done before")],
)
def test_the_end_is_held_against_the_deadline(
    owner: User, monkeypatch: pytest.MonkeyPatch, latest: float, words: str
) -> None:
    task = people.assignment(deadline=timezone.now() + timedelta(hours=1))
    document = reading.a_split_document(owner, assignment=task)
    paced(monkeypatch, 30, 120)
    explained(monkeypatch, earliest=later(latest / 2), latest=later(latest))
    assert words in banner(owner, document)


@pytest.mark.parametrize("hours", [None, -1])
def test_without_a_deadline_ahead_none_is_mentioned(
    owner: User, assignment: Assignment, monkeypatch: pytest.MonkeyPatch, hours: int | None
) -> None:
    if hours is not None:
        Assignment.objects.update(deadline=timezone.now() + timedelta(hours=hours))
        assignment.refresh_from_db()
    paced(monkeypatch, 30, 120)
    explained(monkeypatch, earliest=later(1), latest=later(2))
    assert "deadline" not in banner(owner, reading.a_split_document(owner, assignment=assignment))


def test_where_no_call_was_seen_nothing_is_invented(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    task = people.assignment(deadline=timezone.now() + timedelta(hours=1))
    paced(monkeypatch, 30, 0)
    explained(monkeypatch, earliest=later(1), latest=later(2))
    assert "deadline" not in banner(owner, reading.a_split_document(owner, assignment=task))


# One section ----------------------------------------------------------------------------------


def test_one_section_is_cancelled_and_the_others_go_on(owner: User) -> None:
    document = reading.a_split_document(owner, sections=3)
    section = document.sections.get(position=1)
    signed_in(owner).post(reverse("cancel-section", args=[document.pk, section.pk]))
    assert [job.state for job in document.jobs.order_by("pk")] == ["waiting", "cancelled", "waiting"]
    document.refresh_from_db()
    assert document.state == Document.State.ANALYSING


def test_cancelling_the_last_one_lets_the_summary_begin(owner: User) -> None:
    document = reading.a_split_document(owner)
    first, second = document.sections.all()
    reading.done(reading.job_of(first))
    assert documents.cancel_section(document, second.pk)
    document.refresh_from_db()
    assert document.state == Document.State.SUMMARISING


def test_cancelling_every_section_cancels_the_document(owner: User) -> None:
    document = reading.a_split_document(owner)
    for section in document.sections.all():
        assert documents.cancel_section(document, section.pk)
    document.refresh_from_db()
    assert document.state == Document.State.CANCELLED


def test_a_cancelled_section_starts_again_while_the_others_are_in_work(owner: User) -> None:
    document = reading.a_split_document(owner)
    section = document.sections.get(position=0)
    documents.cancel_section(document, section.pk)
    signed_in(owner).post(reverse("retry-section", args=[document.pk, section.pk]))
    assert reading.job_of(section).state == "waiting"


def test_after_the_end_one_section_starts_again_and_no_other(owner: User) -> None:
    document = reading.a_read_document(owner, sections=3)
    first, second, _ = document.sections.all()
    for section in (first, second):
        reading.failed(reading.job_of(section))
    assert documents.retry_section(document, first.pk)
    assert [reading.job_of(section).state for section in (first, second)] == ["waiting", "failed"]
    document.refresh_from_db()
    assert document.state == Document.State.ANALYSING


@pytest.mark.parametrize("name", ["cancel-section", "retry-section"])
def test_a_section_is_its_owners(outsider: User, owner: User, name: str) -> None:
    document = reading.a_split_document(owner)
    address = reverse(name, args=[document.pk, document.sections.first().pk])  # type: ignore[union-attr]
    assert signed_in(outsider).post(address).status_code == 404
    assert set(document.jobs.values_list("state", flat=True)) == {"waiting"}


def test_what_has_ended_is_not_cancelled_and_what_runs_is_not_started(owner: User) -> None:
    document = reading.a_read_document(owner)
    section = document.sections.get(position=0)
    assert not documents.cancel_section(document, section.pk)
    assert not documents.retry_section(document, section.pk)
    other = reading.a_split_document(owner).sections.get(position=0)
    assert not documents.cancel_section(document, other.pk)


# Messages ------------------------------------------------------------------------------------


def test_a_mail_is_asked_for_and_no_longer(owner: User) -> None:
    document = reading.a_split_document(owner)
    client, address = signed_in(owner), reverse("notify", args=[document.pk])
    client.post(address, {"want": "1"})
    assert document.notices.get().state == "wanted"
    assert 'id="mail-me" aria-pressed="true"' in banner(owner, document)
    client.post(address, {"want": "0"})
    assert not document.notices.exists()
