"""What an answer's headers and its last chunk say: limits, waits, quotas, tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from feedback.providers.base import (
    Accepted,
    Call,
    Event,
    Finished,
    RateLimit,
    RateLimits,
    Throttled,
    TokenUsage,
    Unavailable,
)
from feedback.providers.openai_compatible.provider import CompatibleProvider
from tests.chat_answers import ANSWER_TEXT, by_text, by_tool, called, chunk, usage
from tests.chat_server import ChatServer, Finish, Head, Step, event, reply, stream

from .conftest import REQUEST

Ask = Callable[[Sequence[Step]], list[Event]]
LIMITS = {
    "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-limit-tokens": "150000", "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-tokens": "6m0s",
}  # fmt: skip


def used(events: list[Event]) -> TokenUsage:
    last = events[-1]
    assert isinstance(last, Finished)
    return last.usage


def throttle(ask: Ask, headers: dict[str, str], message: str = "Slow down.") -> Throttled:
    with pytest.raises(Throttled) as caught:
        ask(reply(429, {"error": {"message": message, "code": "rate_limit_exceeded"}}, headers))
    return caught.value


def test_the_limits_come_with_acceptance(ask: Ask) -> None:
    first, *_ = ask(stream(*by_tool(), headers=LIMITS))
    requests, tokens = RateLimit(60, 59, 1.0), RateLimit(150_000, 149_984, 360.0)
    assert first == Accepted(RateLimits(requests, tokens))


def test_no_headers_are_no_limits(ask: Ask) -> None:
    assert ask(stream(*by_tool()))[0] == Accepted()


def test_a_throttle_says_how_long_to_wait(ask: Ask) -> None:
    assert throttle(ask, {"retry-after": "7"}).retry_after == 7
    assert throttle(ask, {"retry-after-ms": "1500", "retry-after": "2"}).retry_after == 1.5
    assert throttle(ask, {}).retry_after == 0


def test_a_throttle_without_a_wait_waits_for_the_limit_that_is_used_up(ask: Ask) -> None:
    error = throttle(ask, {**LIMITS, "x-ratelimit-remaining-tokens": "0"})
    assert (error.retry_after, error.quota) == (360, "tokens")


def test_the_words_name_the_quota_where_the_headers_do_not(ask: Ask) -> None:
    assert throttle(ask, {}, "Rate limit reached on tokens per min (TPM): Limit 3").quota == "tokens"
    assert throttle(ask, {}, "Rate limit reached on requests per min (RPM): Limit 3").quota == "requests"
    assert throttle(ask, {}).quota == ""


def test_a_503_may_say_how_long_to_wait_too(ask: Ask) -> None:
    with pytest.raises(Unavailable) as caught:
        ask(reply(503, {"error": {"message": "Loading model"}}, {"retry-after": "30"}))
    assert caught.value.retry_after == 30


def test_usage_was_asked_for_and_is_measured(ask: Ask, server: ChatServer) -> None:
    assert used(ask(stream(*by_tool()))) == TokenUsage(input_tokens=50, output_tokens=20)
    assert server.received[0].body["stream_options"] == {"include_usage": True}


def test_what_came_from_a_cache_is_counted_apart(ask: Ask) -> None:
    cached = used(ask(stream(*by_text()[:-1], usage(prompt_tokens_details={"cached_tokens": 32}))))
    assert cached == TokenUsage(input_tokens=18, cache_read_tokens=32, output_tokens=20)


def test_the_service_tier_is_the_one_that_the_answer_names(ask: Ask) -> None:
    assert used(ask(stream(*(each | {"service_tier": "flex"} for each in by_tool())))).tier == "flex"
    assert used(ask(stream(*(each | {"service_tier": "default"} for each in by_tool())))).tier == ""


@pytest.mark.parametrize(
    "figures",
    [
        None, {}, "many", {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": -5},
        {"prompt_tokens": 10**12}, {"prompt_tokens": True}, {"prompt_tokens": "50"}, {"prompt_tokens": 1.5},
    ],
    ids=str,
)  # fmt: skip
def test_without_sane_figures_an_estimate_stands_for_them(
    ask: Ask, provider: CompatibleProvider, figures: object
) -> None:
    spent = used(ask(stream(called(ANSWER_TEXT), chunk({}, "stop"), {"choices": [], "usage": figures})))
    assert spent.measured is False
    assert spent.input_tokens == provider.estimate(REQUEST).input_tokens
    assert 0 < spent.output_tokens < len(ANSWER_TEXT)


@pytest.mark.parametrize("cached", [-1, "32", None, 10**12, {}])
def test_a_figure_of_the_cache_never_exceeds_the_prompt(ask: Ask, cached: object) -> None:
    spent = used(ask(stream(*by_text()[:-1], usage(prompt_tokens_details={"cached_tokens": cached}))))
    assert spent.input_tokens + spent.cache_read_tokens == 50
    assert spent.measured


def test_an_answer_that_breaks_off_has_cost_something_too(ask: Ask) -> None:
    with pytest.raises(Unavailable) as caught:
        ask([Head(), event(called('{"summary": "So far so')), Finish()])
    assert caught.value.usage is not None
    assert caught.value.usage.measured is False
    assert caught.value.usage.output_tokens > 0


def test_a_call_may_ask_for_more_room_and_another_tier(
    server: ChatServer, provider: CompatibleProvider
) -> None:
    server.plays(stream(*by_tool()))
    list(provider.stream(REQUEST, Call(max_tokens=77, tier="flex", metadata={"course": "c1"})))
    body = server.received[0].body
    assert (body["max_tokens"], body["service_tier"]) == (77, "flex")
    assert "metadata" not in body  # sent only where the settings say that the server takes it
