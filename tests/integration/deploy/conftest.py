from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.people import owner

from .nginx import PROGRAM

__all__ = ["owner"]


@pytest.fixture(scope="package", autouse=True)
def program() -> None:
    """Debian's package: `make system` installs it."""
    if PROGRAM:
        return
    words = "nginx is missing: run `make system`"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


class Echo(BaseHTTPRequestHandler):
    """A web instance that says what it was asked, and by which name it goes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({"port": self.connection.getsockname()[1], **dict(self.headers)}).encode()
        self.send_response(503 if self.path == "/full/" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def echoing() -> Iterator[int]:
    """The port of such an instance."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
