"""429 as browsers and programs see it, and the fields that tell of a limit before it is reached."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings
from redis.backoff import NoBackoff
from redis.retry import Retry

import limiter
from feedback.models import User
from limiter.algorithms.limits.redis import RedisLimits
from limiter.named.middleware import LimitMiddleware
from limiter.named.stores import Stores, in_memory, use_stores
from tests.people import signed_in

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
ONCE = {"algorithm": "sliding_log", "rate": "1/h"}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    with use_stores(in_memory()):
        yield


def ask(path: str = "/", **fields: str) -> HttpRequest:
    return RequestFactory().get(path, headers=fields)


@limiter.limit_view("page", key=limiter.by_address)
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


def test_every_answer_tells_what_is_left(settings: Settings) -> None:
    settings.LIMITS = {"page": {"algorithm": "fixed_window", "rate": "5/m"}}
    answer = page(ask())
    assert answer["RateLimit-Policy"] == '"page";q=5;w=60'
    assert re.fullmatch(r'"page";r=4;t=\d+', answer["RateLimit"])


def test_a_program_gets_a_problem_document(settings: Settings) -> None:
    settings.LIMITS = {"page": ONCE}
    page(ask())
    answer: Any = page(ask(accept="application/json"))
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == 429
    assert problem["violated-policies"] == ["page"]
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert answer["RateLimit"].startswith('"page";r=0;t=')


def test_a_browser_gets_a_page_that_says_when(settings: Settings) -> None:
    settings.LIMITS = {"page": ONCE}
    page(ask())
    answer: Any = page(ask(accept=BROWSER))
    assert answer.status_code == 429
    assert "60 minutes" in answer.content.decode()
    assert "A little slower, please" in answer.content.decode()


def test_stacked_limits_stand_in_one_list(settings: Settings) -> None:
    settings.LIMITS = {"page": ONCE, "site": {"rate": "9/m"}}
    answer = limiter.limit_view("site", key=limiter.by_address)(page)(ask())
    assert answer["RateLimit-Policy"] == '"page";q=1;w=3600, "site";q=9;w=60'


def test_a_coroutine_view_is_limited_too(settings: Settings) -> None:
    settings.LIMITS = {"page": ONCE}

    @limiter.limit_view("page", key=limiter.by_address)
    async def later(request: HttpRequest) -> HttpResponse:
        return HttpResponse("here")

    answers = [async_to_sync(later)(AsyncRequestFactory().get("/")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_the_middleware_limits_a_site_and_answers_for_what_a_view_raised(settings: Settings) -> None:
    settings.LIMITS = {"page": ONCE, "site": {"rate": "9/m"}}
    settings.LIMITS_SITE = {"site": "address"}
    middleware = LimitMiddleware(lambda request: HttpResponse("here"))
    assert middleware(ask())["RateLimit-Policy"] == '"site";q=9;w=60'
    limiter.limit("page").enforce()
    with pytest.raises(limiter.LimitExceeded) as refused:
        limiter.limit("page").enforce()
    answer = middleware.process_exception(ask(), refused.value)
    assert answer is not None
    assert answer.status_code == 429
    assert middleware.process_exception(ask(), ValueError()) is None


def test_only_our_own_proxies_are_believed(settings: Settings) -> None:
    request = ask(**{"X-Forwarded-For": "6.6.6.6, 1.2.3.4"})
    assert limiter.by_address(request) == "127.0.0.1"
    settings.LIMITS_PROXIES = 1
    assert limiter.by_address(request) == "1.2.3.4"


def test_a_store_that_is_away_lets_requests_through(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LIMITS = {"page": ONCE}
    nowhere = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    with use_stores(Stores(RedisLimits(nowhere), in_memory().breakers)):
        assert [page(ask()).status_code for _ in range(2)] == [200, 200]
    assert "lets through" in caplog.text


def test_signing_in_is_limited_by_account_from_any_address(
    settings: Settings, client: Client, owner: User
) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign-in-account": ONCE}

    def guess(name: str, address: str) -> int:
        form = {"login": f"{name}@example.org", "password": "wrong"}
        return client.post(reverse("login"), form, REMOTE_ADDR=address).status_code

    assert guess("someone", "10.0.0.1") == 200
    assert guess(" SOMEONE", "10.0.0.2") == 429
    assert guess("another", "10.0.0.1") == 200
    assert client.get(reverse("login")).status_code == 200


def test_signing_in_is_limited_by_address_for_any_account(
    settings: Settings, client: Client, db: None
) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign-in-address": ONCE}
    guesses = [client.post(reverse("login"), {"login": name, "password": "x"}) for name in ("a", "b")]
    assert [answer.status_code for answer in guesses] == [200, 429]


def test_handing_in_is_limited_for_each_person(settings: Settings, owner: User, outsider: User) -> None:
    settings.LIMITS = {**settings.LIMITS, "submit": ONCE}
    mine, theirs = signed_in(owner), signed_in(outsider)
    assert mine.post(reverse("submit"), {}).status_code == 422
    assert mine.post(reverse("submit"), {}).status_code == 429
    assert theirs.post(reverse("submit"), {}).status_code == 422
    assert mine.get(reverse("submit")).status_code == 200
