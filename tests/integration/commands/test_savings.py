from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback.models import Charge, Job, Price
from tests.factories.work import a_document, a_job

pytestmark = pytest.mark.django_db


def printed(*options: str) -> str:
    out = StringIO()
    call_command("savings", *options, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def a_day() -> None:
    """A call that was saved, and one that was paid for."""
    now = timezone.now()
    a_job(
        a_document(), state=Job.State.DONE, shared=Job.Shared.RODE, saved_tokens=120, finished_at=now,
        settled_at=now,
    )  # fmt: skip
    price = Price.objects.create(
        model="m", valid_from=timezone.localdate(), currency="USD", input=3, output=15
    )
    Charge.objects.create(
        month=timezone.localdate().replace(day=1), job=a_document().pk, flow="user:1", group="personal",
        upstream="bedrock", price=price, amount=Decimal("0.25"),
    )  # fmt: skip


def test_it_says_what_was_saved_and_spent() -> None:
    output = printed()
    assert "Shared work: 1 calls saved" in output
    assert "outside courses: 1 calls, 120 tokens" in output
    assert "Spent: 0.25 USD" in output


def test_the_same_as_data() -> None:
    data = json.loads(printed("--json", "--learn"))
    assert data["shared"][0]["tokens"] == 120
    assert Decimal(data["spent"][0]["amount"]) == Decimal("0.25")


def test_nonsense_is_refused_in_one_line() -> None:
    with pytest.raises(CommandError, match="--days") as refused:
        printed("--days", "0")
    assert refused.value.returncode == 2
