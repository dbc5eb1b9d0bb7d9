from __future__ import annotations

from typing import TYPE_CHECKING

from limiter.checks import check_upstreams
from limiter.models import Upstream

if TYPE_CHECKING:
    from pytest_django import Settings


def test_a_queue_that_waits_for_an_unknown_upstream_is_pointed_out(
    upstream: Upstream, settings: Settings
) -> None:
    settings.LIMITER_QUEUES = {"good": "tested", "bad": "unheard-of"}
    (message,) = check_upstreams(None, ["default"])
    assert message.id == "limiter.W002"
    assert "unheard-of" in message.msg


def test_databases_are_not_queried_where_no_check_asks_for_them(settings: Settings) -> None:
    settings.LIMITER_QUEUES = {"bad": "unheard-of"}
    assert check_upstreams(None, None) == []
