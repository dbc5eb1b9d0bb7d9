"""`limiter.limit` as a call and as a decorator, on the limits of one process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

import limiter
from limiter.algorithms.limits import Unable
from limiter.named.stores import in_memory, use_stores


@pytest.fixture(autouse=True)
def named(settings: Settings) -> Iterator[None]:
    settings.LIMITS = {
        "emails": {"algorithm": "fixed_window", "rate": "2/d"},
        "tokens": {"algorithm": "token_bucket", "rate": "100/d"},
        "pace": {"algorithm": "adaptive", "rate": "10/d", "floor": "1/d", "ceiling": "20/d"},
    }
    with use_stores(in_memory()):
        yield


def test_taking_answers_and_enforcing_raises() -> None:
    emails = limiter.limit("emails", key="ada")
    assert [emails.take().allowed for _ in range(3)] == [True, True, False]
    with pytest.raises(limiter.LimitExceeded, match="emails") as refused:
        emails.enforce()
    assert 0 < refused.value.retry_after <= 86_400


def test_each_key_is_limited_by_itself() -> None:
    for person in ("ada", "ben"):
        assert limiter.limit("emails", key=person).peek().remaining == 2
        limiter.limit("emails", key=person).enforce()


def test_a_decorated_function_runs_only_within_the_limit() -> None:
    sent: list[str] = []

    @limiter.limit("emails", key=lambda to: to)
    def send(to: str) -> str:
        sent.append(to)
        return "sent"

    assert send("ada") == send("ada") == send("ben") == "sent"
    with pytest.raises(limiter.LimitExceeded):
        send("ada")
    assert sent == ["ada", "ada", "ben"]


def test_a_decorated_coroutine_is_limited_when_it_is_awaited() -> None:
    @limiter.limit("tokens", cost=len)
    async def complete(prompt: str) -> int:
        return len(prompt)

    async def twice() -> int:
        length = await complete("x" * 60)
        with pytest.raises(limiter.LimitExceeded):
            await complete("x" * 41)
        return length + await complete("x" * 40)

    assert asyncio.run(twice()) == 100


def test_what_was_not_used_comes_back() -> None:
    tokens = limiter.limit("tokens", key="ada", cost=100)
    tokens.enforce()
    tokens.charge(-30)
    assert tokens.rule.abilities.refund
    assert limiter.limit("tokens", key="ada").peek().remaining == 30


def test_a_fixed_window_refuses_debt() -> None:
    with pytest.raises(Unable, match="debt"):
        limiter.limit("emails").charge(5)


def test_a_cost_that_could_never_pass_is_refused_at_once() -> None:
    with pytest.raises(Unable, match="never pass"):
        limiter.limit("emails", cost=3).take()


def test_an_adaptive_rate_stays_between_floor_and_ceiling() -> None:
    assert limiter.limit("pace").set_rate(100.0).rate == 2.0
    assert limiter.limit("pace").set_rate(0.0).rate == 0.1
    with pytest.raises(Unable, match="adaptive"):
        limiter.limit("emails").set_rate(0.5)


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ImproperlyConfigured, match="emails, pace, tokens"):
        limiter.limit("email").take()
