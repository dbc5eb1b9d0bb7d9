"""A collector of traces that speaks OTLP over HTTP, and a student's client that hands in over HTTP."""

from __future__ import annotations

import gzip
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import requests
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from feedback.models import User
from tests.e2e.site import Site


class TraceCollector:
    """A context manager; `spans` are what came, with the command of the process that sent each."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Span]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.end_headers()
                self.wfile.write(ExportTraceServiceResponse().SerializeToString())

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            attributes = {a.key: a.value.string_value for a in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [(attributes["process.command"], span) for span in scope.spans]

    def of(self, trace: str) -> list[tuple[str, Span]]:
        return [(sender, span) for sender, span in list(self.spans) if span.trace_id.hex() == trace]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class Person:
    """Signed in at a running site, with no browser."""

    def __init__(self, site: Site, user: User) -> None:
        session = SessionStore()
        session["_auth_user_id"] = str(user.pk)
        session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[-1]
        session["_auth_user_hash"] = user.get_session_auth_hash()
        session.save()
        self._site, self._http = site, requests.Session()
        self._http.cookies.set(settings.SESSION_COOKIE_NAME, str(session.session_key))

    def get(self, path: str) -> requests.Response:
        return self._http.get(f"{self._site.url}{path}", timeout=60)

    def hand_in(self, text: str) -> None:
        page = self.get("/submit/").text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        answer = self._http.post(f"{self._site.url}/submit/", {**fields, "text": text}, timeout=60)
        assert "/documents/" in answer.url, answer.text
