"""HEAD answers as GET does, without a body."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from feedback.models import User
from tests.factories import reading

from .calling import Api, kind_of


@pytest.mark.parametrize("path", ["documents", "me", "quota", "drafts", "webhooks", "openapi.json"])
def test_it_has_the_headers_of_get_and_no_body(api: Api, path: str) -> None:
    got, asked = api.get(path), api.head(path)
    assert (asked.status_code, asked.content) == (200, b"")
    same = ("Content-Type", "ETag", "Cache-Control", "Vary", "RateLimit-Policy")
    assert [asked[name] for name in same] == [got[name] for name in same]
    assert asked["Content-Length"] == str(len(got.content))


def test_what_the_client_has_is_not_modified(api: Api) -> None:
    tag = api.get("me")["ETag"]
    assert api.head("me", headers={"If-None-Match": tag}).status_code == 304


def test_rights_are_those_of_get(owner: User, outsider: User) -> None:
    document = reading.a_split_document(owner)
    path = f"documents/{document.pk}"
    answers: dict[Any, int] = {
        name: each.head(path).status_code
        for name, each in {"owner": Api.of(owner), "outsider": Api.of(outsider), "stranger": Api()}.items()
    }
    assert answers == {"owner": 200, "outsider": 404, "stranger": 401}


def test_where_there_is_no_get_there_is_no_head(api: Api) -> None:
    answer = api.head("documents/file")
    assert answer.status_code == 405
    assert "HEAD" not in answer["Allow"]


def test_what_is_allowed_names_it(api: Api) -> None:
    answer = api.post("me")
    assert kind_of(answer) == "method-not-allowed"
    assert answer["Allow"].split(", ") == ["GET", "HEAD"]


@pytest.mark.django_db(transaction=True)
def test_of_a_stream_there_are_headers_alone(owner: User, redis_client: object) -> None:
    document = reading.a_split_document(owner)
    api = Api.of(owner)
    answer = api.head(f"documents/{document.pk}/events")
    assert reverse("api:document-events", args=[document.pk]).endswith("/events")
    assert (answer.status_code, answer.streaming) == (200, False)
    assert answer["Content-Type"] == "text/event-stream"
