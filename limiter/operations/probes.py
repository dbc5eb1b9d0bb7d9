"""Probes of a process that serves no pages: /healthz (it lives) and /readyz (it can serve), by HTTP.

The answers are those of the web's own probes, whatever Host they are asked by. PROBES_LISTEN names the
address that one process listens on; without it there are none.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.core.exceptions import ImproperlyConfigured

VARIABLE = "PROBES_LISTEN"

Silent = Callable[[], list[str]]
Problems = Callable[[], dict[str, str]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], silent: Silent, problems: Problems) -> None:
        self.silent, self.problems = silent, problems
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds: a client that says nothing holds no thread for ever

    def do_GET(self) -> None:
        if self.path == "/healthz":
            silent = self.server.silent()
            self._answer(not silent, {"alive": not silent, **({"silent": silent} if silent else {})})
        elif self.path == "/readyz":
            problems = self.server.problems()
            self._answer(not problems, {"ready": not problems, "problems": problems})
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 - by the name that http.server calls

    def _answer(self, well: bool, found: dict[str, Any]) -> None:
        body = json.dumps(found).encode()
        self.send_response(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """A probe comes every few seconds."""


@contextmanager
def probes(silent: Silent, problems: Problems) -> Iterator[None]:
    """Answer for as long as the context lasts, where an address is set.

    `silent` names what serves no more and makes a new process the only help; `problems` says what keeps this
    one from its work. Raises ImproperlyConfigured.
    """
    words = os.environ.get(VARIABLE, "").strip()
    if not words:
        yield
        return
    server = _listening(words, silent, problems)
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _listening(words: str, silent: Silent, problems: Problems) -> _Server:
    address, _, port = words.rpartition(":")
    if not address or not port.isdigit() or int(port) > 65535:
        raise ImproperlyConfigured(f"{VARIABLE} is {words!r}: expected ADDRESS:PORT, as 127.0.0.1:9103.")
    try:
        return _Server((address.strip("[]"), int(port)), silent, problems)
    except OSError as error:
        raise ImproperlyConfigured(f"{VARIABLE}: {words} can't be listened on: {error}.") from error
