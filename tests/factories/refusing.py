"""Real servers that refuse: one before the simulator that knows keys, one that hands out keys as EC2 does."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# As the service sends them: status, code, message.
EXPIRED = (403, "ExpiredTokenException", "The security token included in the request is expired")
UNKNOWN_KEY = (403, "UnrecognizedClientException", "The security token included in the request is invalid.")
WRONG_CLOCK = (
    403,
    "InvalidSignatureException",
    "Signature expired: 20261130T180000Z is now earlier than 20261130T181500Z (20261130T182000Z - 5 min.)",
)
Refusal = tuple[int, str, str]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Nothing: what went wrong, the test says."""

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Refusing:
    """Passes calls on to an address, but for those that it refuses: all, or those of keys not known to it."""

    def __init__(self, behind: str) -> None:
        self.behind = urlsplit(behind)
        self.refusal: Refusal | None = None
        self.keys: set[str] | None = None  # access key ids that are let through; None: any
        self.refused = 0
        self.url = ""

    def answer(self, handler: _Handler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        refusal = self.refusal or (None if self._knows(handler) else EXPIRED)
        if refusal is None:
            self._pass_on(handler, body)
            return
        self.refused += 1
        status, code, message = refusal
        words = json.dumps({"message": message}).encode()
        handler.send(status, words, {"x-amzn-ErrorType": code, "Content-Type": "application/json"})

    def _knows(self, handler: _Handler) -> bool:
        signed = handler.headers.get("Authorization", "")
        return self.keys is None or any(f"Credential={key}/" in signed for key in self.keys)

    def _pass_on(self, handler: _Handler, body: bytes) -> None:
        onward = http.client.HTTPConnection(self.behind.hostname or "", self.behind.port, timeout=120)
        try:
            onward.request(handler.command, handler.path, body, dict(handler.headers))
            answer = onward.getresponse()
            left_out = ("transfer-encoding", "content-length", "connection")
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in left_out}
            handler.send(answer.status, answer.read(), headers)
        finally:
            onward.close()


class Metadata:
    """EC2's service that hands out a role's credentials (IMDS, version 2), under AWS's own paths."""

    ROLE = "/latest/meta-data/iam/security-credentials/"

    def __init__(self) -> None:
        self.key = "AKIAFIRST"
        self.silent = False
        self.ended = threading.Event()  # of the test: no call waits beyond it
        self.url = ""

    def answer(self, handler: _Handler) -> None:
        if self.silent:
            self.ended.wait(30)
            handler.close_connection = True
        elif handler.command == "PUT":
            handler.send(200, b"token", {"x-aws-ec2-metadata-token-ttl-seconds": "21600"})
        elif handler.path == self.ROLE:
            handler.send(200, b"workers", {})
        else:
            handler.send(200, json.dumps(self._credentials()).encode(), {})

    def _credentials(self) -> dict[str, str]:
        until = datetime.now(UTC) + timedelta(hours=6)
        return {
            "Code": "Success",
            "AccessKeyId": self.key,
            "SecretAccessKey": "secret",
            "Token": "session",
            "Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


@contextmanager
def serving(double: Refusing | Metadata) -> Iterator[None]:
    """On a port of its own, in threads of this process."""

    class Handler(_Handler):
        def do(self) -> None:
            double.answer(self)

        do_GET = do_POST = do_PUT = do  # noqa: N815 - named by the standard library

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        if isinstance(double, Metadata):
            double.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
