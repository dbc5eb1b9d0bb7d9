"""A purge deletes what is over its time, and what its calls used stays, counted once."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from feedback.dispatch import flows
from feedback.messages.model import Message
from feedback.models import Document, Draft, ErrorText, Job, Section, UsageDay, User
from feedback.operations.retention import purge, usage_by_day, waiting
from feedback.services.accounts.erasure import delete_account, delete_document
from feedback.services.accounts.exports import everything_of
from tests.factories.work import a_document, a_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

OFF = {"documents": 0, "unfinished": 0, "drafts": 0, "denials": 0, "error_texts": 0}
LONG_AGO = datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def half_a_year(settings: Settings) -> None:
    settings.RETAIN_DAYS = {**OFF, "documents": 180, "unfinished": 90}


def an_old_document(owner: User, *, at: datetime = LONG_AGO, calls: int = 2, **fields: Any) -> Document:
    """Complete, with calls that each used 100 tokens in and 40 out, for two cents."""
    values = {"state": Document.State.COMPLETE, "finished_at": at, **fields}
    document = a_document(owner, text="Old words.", **values)
    for position in range(calls):
        section = Section.objects.create(
            document=document, position=position, start=0, end=3, heading="H", heading_path=["H"]
        )
        a_job(
            document, section=section, state=Job.State.DONE, finished_at=at, attempt=2, failures=1,
            input_tokens=100, output_tokens=40, cost=Decimal("0.02"),
        )  # fmt: skip
    return document


def test_only_what_is_over_its_time_goes(owner: User) -> None:
    old = an_old_document(owner)
    young = an_old_document(owner, at=timezone.now() - timedelta(days=179))
    assert waiting() == {"documents": 1, "unfinished": 0}
    assert purge().rows == {"documents": 1, "unfinished": 0}
    assert list(Document.objects.values_list("pk", flat=True)) == [young.pk]
    assert not Job.objects.filter(document=old.pk).exists()


def test_each_state_has_its_own_time(owner: User) -> None:
    ago = timezone.now() - timedelta(days=100)
    an_old_document(owner, at=ago, state=Document.State.CANCELLED)
    an_old_document(owner, at=ago, state=Document.State.FAILED, problem=Message("broken"))
    complete = an_old_document(owner, at=ago)
    assert purge().rows == {"documents": 0, "unfinished": 2}
    assert Document.objects.get() == complete


def test_a_site_that_says_nothing_keeps_everything(owner: User, settings: Settings) -> None:
    settings.RETAIN_DAYS = OFF
    an_old_document(owner)
    assert purge().rows == {}
    assert Document.objects.count() == 1


def test_an_errors_text_that_came_no_more_goes_unless_it_was_classed(settings: Settings) -> None:
    settings.RETAIN_DAYS = {**OFF, "error_texts": 180}
    seen = {"service": "bedrock", "concerns": "moment", "first_at": LONG_AGO}
    ErrorText.objects.create(fingerprint="old", last_at=LONG_AGO, **seen)
    ErrorText.objects.create(fingerprint="lately", last_at=timezone.now(), **seen)
    classed = {"classed_as": "request", "classed_by": "opal", "classed_at": LONG_AGO}
    ErrorText.objects.create(fingerprint="classed", last_at=LONG_AGO, **seen, **classed)
    assert purge().rows == {"error_texts": 1}
    assert set(ErrorText.objects.values_list("fingerprint", flat=True)) == {"lately", "classed"}


def test_what_somebody_still_works_on_stays(owner: User) -> None:
    document = an_old_document(owner)
    a_job(document, kind=Job.Kind.DELIVER)
    assert waiting()["documents"] == purge().rows["documents"] == 0


def test_an_untouched_draft_goes(owner: User, settings: Settings) -> None:
    settings.RETAIN_DAYS = {**OFF, "drafts": 60}
    old, young = Draft.objects.create(owner=owner, title="Old"), Draft.objects.create(owner=owner)
    Draft.objects.filter(pk=old.pk).update(updated_at=LONG_AGO)
    assert purge().rows == {"drafts": 1}
    assert Draft.objects.get() == young


def test_what_its_calls_used_is_kept_by_day(owner: User) -> None:
    an_old_document(owner, calls=2)
    an_old_document(owner, calls=1)
    an_old_document(owner, calls=1, at=LONG_AGO + timedelta(hours=12))  # midnight in UTC: the next day
    purge(batch=1)
    rows = UsageDay.objects.order_by("day").values_list(
        "day", "flow", "group", "upstream", "calls", "failures", "input_tokens", "output_tokens", "cost"
    )
    key = (flows.flow_of(owner), "personal", "offline")
    assert list(rows) == [
        (date(2025, 3, 3), *key, 6, 3, 300, 120, Decimal("0.06")),
        (date(2025, 3, 4), *key, 2, 1, 100, 40, Decimal("0.02")),
    ]


def test_a_day_reads_the_same_before_and_after(owner: User) -> None:
    an_old_document(owner)
    an_old_document(owner, at=timezone.now())
    before = usage_by_day(since=date(2025, 1, 1))
    purge()
    assert usage_by_day(since=date(2025, 1, 1)) == before
    assert sum(day.calls for day in before) == 8


def test_a_purge_again_changes_nothing(owner: User) -> None:
    an_old_document(owner)
    purge()
    kept = list(UsageDay.objects.values())
    assert purge().rows == {"documents": 0, "unfinished": 0}
    assert list(UsageDay.objects.values()) == kept


def test_a_slice_says_that_more_is_waiting(owner: User) -> None:
    for _ in range(3):
        an_old_document(owner, calls=0)
    assert not purge(batch=1, most=2).is_whole
    assert Document.objects.count() == 1
    assert purge(batch=1, most=2).is_whole


def test_a_document_that_its_owner_deletes_leaves_its_figures(owner: User) -> None:
    delete_document(an_old_document(owner), by=owner)
    assert UsageDay.objects.get().calls == 4


def test_the_figures_are_part_of_ones_own_data(owner: User) -> None:
    an_old_document(owner)
    purge()
    with zipfile.ZipFile(io.BytesIO(b"".join(everything_of(owner)))) as archive:
        account = json.loads(archive.read("account.json"))
    assert [row["calls"] for row in account["used_by_what_is_gone"]] == [4]


def test_an_account_leaves_figures_without_a_name(owner: User) -> None:
    an_old_document(owner)
    delete_account(owner)
    assert UsageDay.objects.get().input_tokens == 200


def test_a_day_has_one_row_for_a_person_a_course_and_an_upstream() -> None:
    values = {"day": date(2025, 3, 3), "flow": "user:1", "group": "personal", "upstream": "offline"}
    UsageDay.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageDay.objects.create(**values)
