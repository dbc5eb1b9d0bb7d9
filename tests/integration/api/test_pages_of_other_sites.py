"""Pages of other sites (CORS): those that are named may call the API with a token, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.models import User
from tests.people import signed_in

from .calling import ROOT, Api

PORTAL, OTHER = "https://portal.example.edu", "https://evil.example.com"


@pytest.fixture(autouse=True)
def named(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [PORTAL]


def preflight(origin: str, path: str = f"{ROOT}documents", method: str = "POST") -> Any:
    asked = "authorization, content-type, idempotency-key, last-event-id"
    return Client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": asked,
        },
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_site_that_is_named_may_ask(method: str) -> None:
    answer = preflight(PORTAL, method=method)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == PORTAL
    assert method in answer["Access-Control-Allow-Methods"]
    assert {"authorization", "idempotency-key", "last-event-id"} <= set(
        answer["Access-Control-Allow-Headers"].split(", ")
    )


def test_it_calls_with_a_token_and_reads_the_limits(api: Api) -> None:
    answer = api.get("me", headers={"Origin": PORTAL})
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == PORTAL
    assert {"RateLimit", "Retry-After", "ETag", "Deprecation", "Sunset"} <= set(
        answer["Access-Control-Expose-Headers"].split(", ")
    )


def test_no_cookie_is_ever_welcome(api: Api) -> None:
    for answer in (preflight(PORTAL), api.get("me", headers={"Origin": PORTAL})):
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_every_other_site_is_left_out(api: Api) -> None:
    for answer in (preflight(OTHER), api.get("me", headers={"Origin": OTHER})):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "origin" in answer["Vary"].lower()


def test_nothing_but_the_api_is_open(owner: User) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(PORTAL, "/account/tokens/").headers
    page = signed_in(owner).get("/", headers={"Origin": PORTAL})
    assert "Access-Control-Allow-Origin" not in page.headers


def test_none_is_the_default(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = []
    assert "Access-Control-Allow-Origin" not in preflight(PORTAL).headers
