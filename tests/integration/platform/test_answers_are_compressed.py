"""Pages and files go out in fewer bytes, to clients that read them; streams go out as they are written."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from config.compression import Compression

READS_GZIP = {"accept-encoding": "gzip, br"}


@pytest.fixture
def from_finders(settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = True


def compressed(answer: HttpResponse, kind: str = "text/html") -> bool:
    request = RequestFactory().get("/", headers=READS_GZIP)
    answer["Content-Type"] = kind
    given = Compression(lambda request: answer)(request)
    return bool(given.has_header("Content-Encoding"))  # type: ignore[union-attr]


def test_a_page_is_compressed_for_a_client_that_can_read_it(client: Client, db: None) -> None:
    plain, small = client.get("/sign-in/"), client.get("/sign-in/", headers=READS_GZIP)
    assert not plain.has_header("Content-Encoding")
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert b"</html>" in gzip.decompress(small.content)
    assert int(small["Content-Length"]) == len(small.content) < len(plain.content) / 2


def test_a_stylesheet_is_compressed_and_not_sent_twice(from_finders: None) -> None:
    client = Client()
    answer = client.get("/static/feedback/css/base.css", headers=READS_GZIP)
    assert answer["Content-Encoding"] == "gzip"
    assert b"{" in gzip.decompress(answer.content)
    again = client.get(
        "/static/feedback/css/base.css", headers={**READS_GZIP, "if-none-match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_a_part_of_a_file_is_the_part_that_was_asked_for(from_finders: None) -> None:
    answer = Client().get("/static/feedback/css/base.css", headers={**READS_GZIP, "range": "bytes=0-99"})
    assert (answer.status_code, answer.has_header("Content-Encoding")) == (206, False)
    assert len(b"".join(answer)) == 100


@pytest.mark.parametrize("kind", ["font/woff2", "image/png", "application/zip", "application/pdf"])
def test_what_is_compressed_in_itself_is_left(kind: str) -> None:
    assert not compressed(HttpResponse(b"x" * 5000), kind)


def test_a_stream_is_left() -> None:
    def words(request: HttpRequest | None = None) -> Iterator[bytes]:
        yield b"data: word\n\n" * 100

    assert not compressed(StreamingHttpResponse(words()), "text/event-stream")  # type: ignore[arg-type]
    assert compressed(HttpResponse(b"data: word\n\n" * 100), "text/plain")


def test_the_icon_is_where_icons_used_to_lie(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/feedback/favicon.svg")
