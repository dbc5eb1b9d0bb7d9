"""A purge and a deletion that meet, or a purge and a reader: each call is counted once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Thread

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from feedback.models import Document, Job, Section, UsageDay, User
from feedback.operations.retention import purge, usage_by_day
from feedback.services.accounts.erasure import delete_account, delete_document
from tests.factories.work import a_document, a_job
from tests.running import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

AT = datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def old(owner: User, settings: Settings) -> Document:
    """Over its time, with one call of ten tokens."""
    settings.RETAIN_DAYS = {"documents": 180}
    document = a_document(owner, text="Old.", state=Document.State.COMPLETE, finished_at=AT)
    section = Section.objects.create(
        document=document, position=0, start=0, end=3, heading="H", heading_path=["H"]
    )
    a_job(document, section=section, state=Job.State.DONE, finished_at=AT, attempt=1, input_tokens=10)
    return document


def while_a_purge_is_under_way(act: Callable[[], None]) -> None:
    """Act on a connection of its own, and end the purge once that waits for it."""

    def aside() -> None:
        try:
            act()
        finally:
            connection.close()

    other = Thread(target=aside)
    with transaction.atomic():
        assert purge().rows == {"documents": 1}
        other.start()
        wait_until(lambda: somebody_waits_for_us() or not other.is_alive(), "the deletion waits")
    other.join(90)
    assert not other.is_alive()


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def test_an_account_that_goes_while_its_documents_are_purged(owner: User, old: Document) -> None:
    while_a_purge_is_under_way(lambda: delete_account(owner))
    assert not User.objects.filter(pk=owner.pk).exists()
    assert UsageDay.objects.get().calls == 1


def test_a_document_that_its_owner_deletes_while_it_is_purged(owner: User, old: Document) -> None:
    while_a_purge_is_under_way(lambda: delete_document(old, by=owner))
    assert UsageDay.objects.get().calls == 1


def test_the_figures_of_days_are_read_at_one_moment(
    old: Document, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):  # a purge between two would be counted twice
        assert [day.calls for day in usage_by_day(since=date(2025, 1, 1))] == [1]
