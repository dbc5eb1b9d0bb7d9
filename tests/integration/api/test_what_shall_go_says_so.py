"""An operation that is deprecated says so in the schema and in each of its answers, a year before it ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404, HttpRequest
from django.test import Client
from django.urls import URLPattern, path
from ninja import Router
from pytest_django import Settings

from feedback.api.access import READ
from feedback.api.answering import guarded
from feedback.api.deprecation import deprecated
from feedback.api.problems import handle_in
from feedback.api.schema import Api as Served
from feedback.models import User

from .calling import Api

router = Router(tags=["old"])


@router.get("old", auth=READ, response=dict[str, str], url_name="old", operation_id="readOld")
@deprecated(since="2027-01-01", sunset="2028-01-01")
def old(request: HttpRequest, there: bool = True) -> dict[str, str]:
    """What was read once."""
    if not there:
        raise Http404
    return {"answer": "old"}


@router.get("new", auth=READ, response=dict[str, str], url_name="new", operation_id="readNew")
def new(request: HttpRequest) -> dict[str, str]:
    """What is read now."""
    return {"answer": "new"}


made = Served(title="A test", version="1", urls_namespace="old", docs_url=None)
handle_in(made)
made.add_router("", router)


# This module as a site's addresses.
_patterns = [each for each in made.urls[0] if isinstance(each, URLPattern) and each.name != "api-root"]
urlpatterns = [path("api/v1/", ([guarded(each) for each in _patterns], "old", "old"))]


@pytest.fixture
def client(owner: User, settings: Settings) -> Client:
    """Of the token's owner, on a site with these two."""
    settings.ROOT_URLCONF = __name__
    return Client(headers={"Authorization": f"Bearer {Api.of(owner).token}"})


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?there=no", 404)])
def test_its_answers_say_since_when_and_until_when(client: Client, query: str, status: int) -> None:
    answer: Any = client.get(f"/api/v1/old{query}")
    assert answer.status_code == status
    assert answer["Deprecation"] == "@1798761600"
    assert answer["Sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert 'rel="deprecation"' in answer["Link"]


def test_others_say_nothing(client: Client) -> None:
    answer = client.get("/api/v1/new")
    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers)


def test_the_schema_marks_it(client: Client) -> None:
    paths = made.get_openapi_schema()["paths"]
    operation = paths["/api/v1/old"]["get"]
    assert operation["deprecated"]
    assert operation["description"].endswith("it ends on 2028-01-01.")
    assert "deprecated" not in paths["/api/v1/new"]["get"]


def test_less_than_a_year_is_too_short() -> None:
    with pytest.raises(ValueError, match="365 days"):
        deprecated(since="2027-01-01", sunset="2027-12-31")
