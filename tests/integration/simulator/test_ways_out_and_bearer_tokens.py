"""A proxy that a site must use, and a bearer token in place of keys: botocore's ways, proven on the wire."""

from __future__ import annotations

import os
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from feedback.development.simulator import Simulator
from feedback.development.simulator.serving.certificate import self_signed
from feedback.operations.doctor import aws
from feedback.providers.base import Call, Finished, SectionRequest, Unavailable
from feedback.providers.bedrock import BedrockProvider, BedrockSettings

PATIENCE = 60
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


@dataclass
class Proxy:
    """Opens a tunnel to wherever CONNECT names, and keeps what it was asked for."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    seen = Proxy()

    class Tunnel(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            seen.asked.append(self.rfile.readline().decode().strip())
            while self.rfile.readline().strip():
                pass
            host, _, port = seen.asked[-1].split()[1].rpartition(":")
            with socket.create_connection((host, int(port)), timeout=PATIENCE) as beyond:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(beyond, self.connection), daemon=True)
                back.start()
                _pump(self.connection, beyond)
                back.join(PATIENCE)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.daemon_threads = True
        seen.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield seen
        server.shutdown()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def behind_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Simulator(tls=context, latency={"total": {"low": 0, "high": 0}}) as running:
        yield running


def answered(settings: BedrockSettings, section: SectionRequest) -> bool:
    provider = BedrockProvider(settings)
    try:
        *_, last = provider.stream(section, Call())
    finally:
        provider.close()
    return isinstance(last, Finished)


def test_calls_go_through_the_proxy_that_the_environment_names(
    behind_tls: Simulator, proxy: Proxy, settings: BedrockSettings, section: SectionRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert answered(replace(settings, endpoint_url=behind_tls.url), section)
    assert proxy.asked[0].startswith(f"CONNECT {urlsplit(behind_tls.url).netloc} ")
    assert behind_tls.stats()["requests"] == 1


def test_what_is_named_in_no_proxy_is_reached_without_it(
    behind_tls: Simulator, proxy: Proxy, settings: BedrockSettings, section: SectionRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", str(urlsplit(behind_tls.url).hostname))
    assert answered(replace(settings, endpoint_url=behind_tls.url), section)
    assert proxy.asked == []


# Bearer tokens ----------------------------------------------------------------------------------


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Keeps the headers of what it is asked, and has no answer."""
    seen: list[dict[str, Any]] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(dict(self.headers))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    certificate = self_signed(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "a-token")
    return "a-token"


def test_a_bearer_token_is_sent_where_there_are_no_keys(
    endpoint: tuple[str, list[dict[str, Any]]], token: str, section: SectionRequest
) -> None:
    where, seen = endpoint
    with pytest.raises(Unavailable):
        answered(BedrockSettings(model="m", region="eu-central-1", endpoint_url=where), section)
    assert seen[0]["Authorization"] == f"Bearer {token}"


def test_an_upstream_with_keys_of_its_own_is_asked_with_these(
    simulator: Simulator, settings: BedrockSettings, token: str, section: SectionRequest
) -> None:
    """A token goes over TLS alone: the simulator on the same machine would be refused by the client."""
    assert answered(settings, section)


def test_doctor_names_the_bearer_token_and_does_not_show_it(token: str) -> None:
    finding = aws._credentials("bedrock", BedrockSettings(model="m", region="eu-central-1"))
    assert "the bearer token in AWS_BEARER_TOKEN_BEDROCK" in finding.found
    assert token not in finding.found
