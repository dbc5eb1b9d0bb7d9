from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from limiter.checks import check_settings

if TYPE_CHECKING:
    from pytest_django import Settings

ONE = {"URL": "redis://one"}


def ids() -> list[str | None]:
    return [message.id for message in check_settings(None)]


def test_the_projects_own_settings_pass() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LIMITER_BACKEND", "postgres", "limiter.E001"),
        ("LIMITER_QUEUES", ["bedrock"], "limiter.E002"),
        ("LIMITER_QUEUES", {"bedrock": 7}, "limiter.E002"),
        ("LIMITER_QUEUES", {"bedrock": "aws", "offline": "aws"}, "limiter.E003"),
        ("LIMITER_QUEUES", {"nowhere": "aws"}, "limiter.E004"),
        (
            "RQ_QUEUES",
            {"bedrock": ONE, "simulated": ONE, "offline": {"URL": "redis://two"}},
            "limiter.E005",
        ),
        ("LIMITER_LEDGER", "nobody.knows.Ledger", "limiter.E006"),
        ("LIMITER_SEED", {"TOKEN_BUCKET_CAPACITY": 0}, "limiter.E007"),
        ("RQ", {}, "limiter.W001"),
    ],
)
def test_what_could_not_work_is_named_before_the_start(
    settings: Settings, name: str, value: Any, expected: str
) -> None:
    setattr(settings, name, value)
    messages = check_settings(None)
    assert [message.id for message in messages] == [expected]
    assert messages[0].hint


def test_solo_asks_for_no_redis(settings: Settings) -> None:
    settings.LIMITER_BACKEND = "memory"
    settings.RQ_QUEUES, settings.RQ = {}, {}
    assert ids() == []
