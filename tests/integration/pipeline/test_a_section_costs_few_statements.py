"""What one section costs the database: statements and transactions, from its claim to its end.

The bounds are what it takes now; `-s` prints the statements. Each of the two connections that come from
the pool is checked by one round trip more.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback.models import Charge, Comment, Document, Feedback, Job, JobEvent, Reservation
from feedback.pipeline.run import run
from feedback.selectors.upstreams.spending import month_of
from limiter.gate.model import Lease
from limiter.jobs.execution import Execution
from tests.factories.providers import ScriptedProvider, in_place_of
from tests.factories.sharing import a_price
from tests.factories.work import an_analysis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

MODEL = ScriptedProvider.model


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    with in_place_of("offline", ScriptedProvider(), monkeypatch) as scripted:
        yield scripted


def statements_of(job: Job) -> list[str]:
    """Of one run, once every statement has been compiled by another's."""
    lease = Lease(f"lease-{job.pk}", str(job.pk), job.upstream, job.flow, job.group, 1, 0, "e", 0.0)
    with CaptureQueriesContext(connection) as captured:
        run(str(job.pk), Execution(id=lease.id, job=str(job.pk), lease=lease))
    statements = [each["sql"] for each in captured.captured_queries]
    for each in statements:
        print(" ".join(each.split())[:160])  # noqa: T201
    print(f"{len(statements)} statements, {statements.count('COMMIT')} of them the end of a transaction\n")  # noqa: T201
    return statements


def first_of(document: Document) -> Job:
    """Its section is not the last one: no summary follows."""
    return document.jobs.earliest("pk")


def test_a_section_takes_ten_statements() -> None:
    job = first_of(an_analysis())
    statements = statements_of(job)
    assert Comment.objects.filter(feedback__job=job).count() == 1
    assert len(statements) <= 10
    assert statements.count("COMMIT") == 1  # the claim is a transaction by itself


def test_a_section_that_is_paid_and_shared_takes_few_more() -> None:
    document = an_analysis()
    a_price(model=MODEL)
    Reservation.objects.create(
        document=document, flow="f", group="g", upstream="offline", month=month_of(timezone.localdate()),
        amount=Decimal(1),
    )  # fmt: skip
    document.jobs.update(model=MODEL, max_tokens=100, tokens=200)
    for job in document.jobs.all():
        document.jobs.filter(pk=job.pk).update(fingerprint=job.pk.hex, scope="offline/everybody")
    job = first_of(document)
    statements = statements_of(job)
    assert Charge.objects.filter(job=job.pk).count() == 1
    assert len(statements) <= 17
    assert statements.count("COMMIT") == 1


def test_each_change_is_written_with_its_event() -> None:
    job = first_of(an_analysis())
    statements_of(job)
    events = JobEvent.objects.filter(job=job).order_by("pk")
    assert list(events.values_list("kind", "attempt")) == [("claimed", 1), ("done", 1)]
    assert Feedback.objects.filter(job=job).count() == 1
