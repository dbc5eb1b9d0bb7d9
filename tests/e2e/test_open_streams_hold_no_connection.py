"""A server with two database connections serves pages while more streams than that are open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from django.test import Client

from feedback.live.stream_limit import PER_PERSON
from feedback.models import User
from tests.e2e.site import Site
from tests.factories import reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def quiet_console() -> None:
    """No browser here."""


@pytest.fixture
def small_site(environment: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    small = {"DATABASE_POOL_MAX": "2", "DATABASE_POOL_TIMEOUT": "20"}
    with Site({**environment, **small}, tmp_path / "web.log") as site:
        yield site


def test_more_streams_than_connections_leave_room_for_pages(small_site: Site, owner: User) -> None:
    document = reading.a_split_document(owner)
    client = Client()
    client.force_login(owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}"

    def ask(stack: ExitStack, path: str) -> HTTPResponse:
        connection = stack.enter_context(closing(HTTPConnection("127.0.0.1", small_site.port, timeout=60)))
        connection.request("GET", path, headers={"Cookie": cookie})
        return connection.getresponse()

    with ExitStack() as stack:
        streams = [ask(stack, f"/documents/{document.pk}/events/") for _ in range(PER_PERSON)]
        assert [stream.readline() for stream in streams] == [b"retry: 3000\n"] * PER_PERSON
        assert ask(stack, f"/documents/{document.pk}/events/").status == 429
        assert ask(stack, f"/documents/{document.pk}/").status == 200
