"""After the feedback a document's page says why it took as long as it did, from what is recorded."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.models import Document, Job, JobEvent, User
from feedback.selectors.work.duration import Bound, Took, took
from limiter.models import BreakerTransition, Upstream
from limiter.services import change_upstream
from tests.factories import reading
from tests.people import signed_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def ran(job: Job, begins: datetime, ends: datetime) -> None:
    """With the two events that its run left."""
    for kind, at in (("claimed", begins), ("done", ends)):
        event = JobEvent.objects.create(job=job, kind=kind)
        with connection.cursor() as cursor:  # events are never changed: the trigger is asked to look away
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE feedback_jobevent SET at = %s WHERE id = %s", [at, event.pk])
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    Job.objects.filter(pk=job.pk).update(started_at=begins, finished_at=ends)


@pytest.fixture
def document(owner: User) -> Document:
    """Handed in 20 minutes ago, begun after 10, complete after 14."""
    document = reading.a_read_document(owner)
    began = timezone.now() - 20 * MINUTE
    Document.objects.filter(pk=document.pk).update(created_at=began, finished_at=began + 14 * MINUTE)
    for job in document.jobs.all():
        ran(job, began + 10 * MINUTE, began + 14 * MINUTE)
    return Document.objects.get(pk=document.pk)


def limited(document: Document, **changes: object) -> None:
    settings = {"requests_per_minute": None, "max_in_flight": None, **changes}
    change_upstream(upstream=document.upstream, changes=settings, author="test", reason="a limit")
    versions = Upstream.objects.get(name=document.upstream).versions
    versions.update(at=document.created_at - MINUTE)


def page(owner: User, document: Document, name: str = "reasons") -> str:
    return signed_in(owner).get(reverse(name, args=[document.pk])).content.decode()


def test_a_limit_that_the_service_was_at_is_named(owner: User, document: Document) -> None:
    limited(document, max_in_flight=1)
    assert took(document) == Took(14 * MINUTE, 10 * MINUTE, timedelta(), Bound.PLACES, 1)
    shown = page(owner, document)
    assert "It took 14 min from handing in." in shown
    assert "For 10 min it was in line: the service worked on at most 1 section at once." in shown


def test_a_limit_that_was_hardly_used_is_not_blamed(owner: User, document: Document) -> None:
    limited(document, requests_per_minute=600)
    found = took(document)
    assert found is not None
    assert (found.in_line, found.bound) == (10 * MINUTE, Bound.UNKNOWN)
    assert "For 10 min it was in line." in page(owner, document)


def test_time_in_which_the_service_was_away_is_not_called_a_line(owner: User, document: Document) -> None:
    limited(document)
    for number, (state, minute) in enumerate((("open", -5), ("half_open", 5), ("closed", 7))):
        BreakerTransition.objects.create(
            upstream_id=document.upstream, from_state="closed", to_state=state, reason="test", epoch="e",
            generation=number + 1, at=document.created_at + minute * MINUTE,
        )  # fmt: skip
    found = took(document)
    assert found is not None
    assert (found.away, found.in_line, found.in_work) == (7 * MINUTE, 3 * MINUTE, 4 * MINUTE)
    assert "For 7 min the service was away or paused." in page(owner, document)


def test_a_documents_page_says_how_long_and_asks_for_the_reasons(owner: User, document: Document) -> None:
    shown = page(owner, document, "document")
    assert f'hx-get="{reverse("reasons", args=[document.pk])}"' in shown
    assert "It took 14 min from handing in.</p>" in shown


def test_what_was_quick_or_goes_on_needs_no_reasons(owner: User, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(finished_at=document.created_at + MINUTE)
    assert "It took" not in page(owner, document) + page(owner, document, "document")
    assert took(reading.a_split_document(owner)) is None


def test_where_no_run_is_known_no_reason_is_made_up(owner: User, document: Document) -> None:
    """As of a draft of which all was kept from the one before."""
    document.jobs.all().delete()
    found = took(document)
    assert found is not None
    assert (found.in_line, found.away) == (timedelta(), timedelta())


def test_it_costs_two_questions(document: Document) -> None:
    with CaptureQueriesContext(connection) as captured:
        took(document)
    assert len(captured) == 2
