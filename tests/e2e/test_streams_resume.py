"""A stream that is cut in the middle goes on where it was: nothing is missing, nothing comes twice."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from feedback.live import Writer, publish
from feedback.models import Document, User
from tests.e2e.site import Site
from tests.factories import reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SECONDS = 60
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, and say no goodbye


class Listener:
    """A browser's EventSource, as far as it matters: it remembers the last id that it heard."""

    def __init__(self, site: Site, document: Document, user: User) -> None:
        client = Client()
        client.force_login(user)
        self._cookie = client.cookies["sessionid"].value
        self._port, self._path = site.port, f"/documents/{document.pk}/events/"
        self.last_id = ""
        self.heard: list[int] = []

    def hear(self, count: int) -> None:
        """Open a stream, hear so many events, and have the connection cut."""
        with self._connection() as lines:
            for line in lines:
                if line.startswith("id: "):
                    self.last_id = line.removeprefix("id: ")
                if line.startswith("data: "):
                    self.heard.append(json.loads(line.removeprefix("data: "))["n"])
                    count -= 1
                if not count:
                    return

    @contextmanager
    def _connection(self) -> Iterator[Iterator[str]]:
        with socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            after = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
            request = f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={self._cookie}\r\n"
            connection.sendall(f"{request}{after}\r\n".encode())
            with connection.makefile("r", encoding="utf-8", newline="\n") as answer:
                yield (line.strip() for line in answer)


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_split_document(owner)


def say(document: Document, start: int, end: int) -> None:
    for number in range(start, end):
        publish(str(document.pk), "job", {"n": number})


def test_a_connection_that_is_cut_again_and_again(site: Site, owner: User, document: Document) -> None:
    listener = Listener(site, document, owner)
    for start in range(0, 60, 10):
        say(document, start, start + 10)
        listener.hear(7)  # three are on their way, or unread, when it is cut
    listener.hear(60 - len(listener.heard))
    assert listener.heard == list(range(60))


def test_a_web_server_that_is_restarted(site: Site, owner: User, document: Document) -> None:
    listener = Listener(site, document, owner)
    say(document, 0, 10)
    listener.hear(6)
    site.stop()
    say(document, 10, 20)
    site.start()
    say(document, 20, 25)
    listener.hear(19)
    assert listener.heard == list(range(25))


def test_a_page_goes_on_growing_after_a_restart(
    reader: Page, site: Site, owner: User, document: Document
) -> None:
    section = document.sections.get(position=0)
    reading.running(reading.job_of(section))
    reader.goto(site / f"documents/{document.pk}/")
    writer = Writer(document=str(document.pk), section=str(section.pk), attempt=1)
    written = reader.locator(f"#section-{section.pk} [data-part='summary']")

    writer.feed('{"summary": "The first words')
    expect(written).to_have_text("The first words")
    site.stop()
    writer.feed(", and those that nobody heard")
    writer.flush()
    site.start()
    writer.feed(", and the last.")
    writer.flush()
    expect(written).to_have_text(
        "The first words, and those that nobody heard, and the last.", timeout=SECONDS * 1000
    )
