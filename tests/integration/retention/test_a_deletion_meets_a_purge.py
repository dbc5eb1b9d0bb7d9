"""An account that is deleted while a purge is at its documents: what they used is counted once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from pytest_django import Settings

from feedback.models import Document, UsageDay, User
from feedback.retention import purge
from feedback.services.erasure import delete_account
from tests.integration.retention.test_what_is_over_goes import an_old_document
from tests.running import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def delete(user: User) -> None:
    try:
        delete_account(user)
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else its first answer again
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_the_use_of_a_document_that_a_purge_takes_is_counted_once(owner: User, settings: Settings) -> None:
    settings.RETAIN_DAYS = {"documents": 180}
    an_old_document(owner, calls=2)
    with ThreadPoolExecutor(1) as elsewhere:
        with transaction.atomic():
            assert purge().rows == {"documents": 1}
            deletion = elsewhere.submit(delete, owner)
            wait_until(lambda: somebody_waits() or deletion.done(), "the deletion meets the purge")
        deletion.result(120)
    assert not Document.objects.exists()
    assert UsageDay.objects.aggregate(calls=Sum("calls"))["calls"] == 4, "two calls of two attempts"
