"""The page of an error of ours, and the log line of the same error, name one trace."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from feedback.models import User
from feedback.operations.observe import logs
from feedback.portal.history import home

pytestmark = pytest.mark.django_db

ESSAY = "My grandmother kept bees behind the house, and every spring she let me hold the smoker."


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What production would log of Django's own errors."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=logs.rendered(as_json=True), foreign_pre_chain=logs.processors(with_time=True)
        )
    )
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


def test_the_reference_on_the_page_is_the_trace_of_the_log_line(
    owner: User, monkeypatch: pytest.MonkeyPatch, lines: StringIO
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError(f"no place for {ESSAY!r}")

    monkeypatch.setattr(home, "user_of", broken)
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    answer = client.get("/")
    assert answer.status_code == 500
    reference = re.search(r"<code>([0-9a-f]{32})</code>", answer.content.decode())
    assert reference is not None
    assert "grandmother" not in answer.content.decode()
    assert set(reference[1]) != {"0"}
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert line["trace"] == reference[1]
    assert "RuntimeError: no place for […]" in line["exception"]
    assert "grandmother" not in lines.getvalue()


def test_two_requests_are_two_traces(client: Client) -> None:
    first, second = client.get("/sign-in/"), client.get("/sign-in/")
    assert first.wsgi_request.trace_id != second.wsgi_request.trace_id  # type: ignore[attr-defined]
