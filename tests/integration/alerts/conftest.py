from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import pytest

from feedback.models import AlertReceiver, AlertRule
from feedback.operations.alerts import signals
from feedback.operations.alerts.signals import Reading
from tests.mail_server import Mailbox, listening
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Inbox:
    """A real HTTP server that keeps what it got, and answers as the test sets it."""

    answers: list[int] = field(default_factory=list)  # statuses of the next answers; 202 after that
    headers: dict[str, str] = field(default_factory=dict)  # of every answer
    requests: list[Request] = field(default_factory=list)
    holds: threading.Event = field(default_factory=threading.Event)  # cleared: requests hang
    url: str = ""

    def __enter__(self) -> Self:
        inbox = self
        self.holds.set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.requests.append(Request(self.path, dict(self.headers), body))
                inbox.holds.wait(60)
                self.send_response(inbox.answers.pop(0) if inbox.answers else 202)
                for name, value in inbox.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.holds.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as inbox:
        yield inbox


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with listening(mailbox) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.hostname, server.port
        settings.DEFAULT_FROM_EMAIL = "marginalia@example.edu"
        yield mailbox


@dataclass
class Gauge:
    """A signal with readings that a test sets."""

    values: dict[str, float] = field(default_factory=dict)
    error: Exception | None = None

    def read(self) -> list[Reading]:
        if self.error is not None:
            raise self.error
        return [
            Reading(subject, value, f"{subject} is at {value:g}") for subject, value in self.values.items()
        ]


@pytest.fixture
def gauge(monkeypatch: pytest.MonkeyPatch) -> Gauge:
    gauge = Gauge()
    monkeypatch.setitem(signals.SIGNALS, AlertRule.Signal.IN_LINE, gauge.read)
    return gauge


@pytest.fixture
def rule(db: None) -> AlertRule:
    """The only rule: above 10 for five minutes."""
    AlertRule.objects.all().delete()
    return AlertRule.objects.create(
        name="line", signal="in_line", threshold=10, for_seconds=300, advice="Ask for more quota."
    )


@pytest.fixture
def webhook(db: None, inbox: Inbox) -> AlertReceiver:
    return AlertReceiver.objects.create(
        name="program", kind="webhook", address=f"{inbox.url}/hook", secret="s3cret"
    )
