"""`analyze --server`, and the same without Django: a file goes to a real site, its feedback comes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings

from config.supervisor.ports import free_port
from feedback.models import Document, User
from feedback.services.accounts.access_tokens import make_token
from tests.e2e.site import Site
from tests.factories.work import a_student
from tests.running import PATIENCE, ROOT, Running, processes, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

ESSAY = ROOT / "examples" / "reflection.md"
# What a machine has that knows nothing of ours: a database that it can't reach would be noticed.
BARE = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}


@pytest.fixture
def student(transactional_db: None) -> User:
    return a_student()


@pytest.fixture
def token(student: User) -> str:
    return make_token(owner=student, name="terminal", scopes=["read", "write"], days=1)[1]


@pytest.fixture
def site(child_environment: dict[str, str], redis_client: object, tmp_path: Path) -> Iterator[Site]:
    with Site(child_environment, tmp_path / "web.log") as site:
        yield site


@pytest.fixture
def running(child_environment: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    with processes(child_environment, tmp_path / "worker.log") as running:
        yield running


def begun(url: str, token: str, *words: str, file: Path = ESSAY) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "feedback.remote", str(file), "--server", url, *words],
        cwd=ROOT, env={**BARE, "MARGINALIA_TOKEN": token}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, out, errors


def refused(url: str, token: str = "mrg_x", **more: Any) -> str:  # noqa: S107 - opens nothing
    """The one line of a command that ends with status 2."""
    status, out, errors = ended(begun(url, token, **more))
    assert (status, out) == (2, ""), errors
    (line,) = errors.splitlines()
    return line


# What comes back ------------------------------------------------------------------------------


def test_feedback_is_printed_by_a_program_that_imports_no_django(
    site: Site, running: Running, token: str
) -> None:
    running.worker(*settings.RQ_QUEUES)
    status, out, errors = ended(begun(site.url, token))
    assert status == 0, errors
    assert "On the whole" in out
    assert "Written by offline" in out
    look = "import sys, feedback.remote.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=False).returncode == 0


def test_the_command_is_the_same_and_needs_no_store(
    site: Site, running: Running, token: str, tmp_path: Path
) -> None:
    running.worker(*settings.RQ_QUEUES)
    (tmp_path / "token").write_text(f"{token}\n")
    found = subprocess.run(
        [sys.executable, "manage.py", "analyze", str(ESSAY), "--server", site.url, "--json",
         "--token-file", str(tmp_path / "token")],
        cwd=ROOT, env={**BARE, "REDIS_URL": "redis://127.0.0.1:1/0"}, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    report = json.loads(found.stdout)
    assert "".join(section["text"] for section in report["sections"]) == Document.objects.get().text
    assert token not in found.stdout + found.stderr


# What is lost on the way ----------------------------------------------------------------------


class Proxy:
    """Before a site: it swallows the first answer to a POST, and cuts the first stream after one event."""

    def __init__(self, url: str) -> None:
        self.keys: list[str] = []  # Idempotency-Key of each POST
        self.positions: list[str] = []  # Last-Event-ID of each stream
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                proxy.keys.append(self.headers["Idempotency-Key"])
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = requests.post(url + self.path, data=body, headers=self._passed(), timeout=PATIENCE)
                if len(proxy.keys) > 1:
                    self._answer(answer)
                self.close_connection = True

            def do_GET(self) -> None:
                is_stream = self.path.endswith("/events")
                with requests.get(
                    url + self.path, headers=self._passed(), stream=True, timeout=PATIENCE
                ) as answer:
                    if is_stream and answer.status_code == 200:
                        self._stream(answer)
                    else:
                        self._answer(answer)
                self.close_connection = True

            def _stream(self, answer: requests.Response) -> None:
                proxy.positions.append(self.headers["Last-Event-ID"])
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for line in answer.iter_lines(chunk_size=1):
                    self.wfile.write(line + b"\n")
                    if len(proxy.positions) == 1 and line.startswith(b"data:"):
                        self.wfile.write(b"\n")
                        return

            def _answer(self, answer: requests.Response) -> None:
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def _passed(self) -> dict[str, str]:
                left = ("host", "connection", "accept-encoding")
                return {name: each for name, each in self.headers.items() if name.lower() not in left}

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_lost_answer_makes_no_second_document_and_a_lost_stream_goes_on(
    site: Site, running: Running, token: str
) -> None:
    proxy = Proxy(site.url)
    try:
        client = begun(proxy.url, token)
        wait_until(lambda: bool(proxy.positions) or client.poll() is not None, "it listens")
        running.worker(*settings.RQ_QUEUES)
        status, out, errors = ended(client)
    finally:
        proxy.close()
    assert status == 0, errors
    assert "On the whole" in out
    assert len(proxy.keys) == 2
    assert len(set(proxy.keys)) == 1
    assert Document.objects.count() == 1
    assert proxy.positions[0] == "0-0"
    assert "0-0" not in proxy.positions[1:]


def test_a_command_that_is_repeated_with_its_key_finds_its_document(
    site: Site, running: Running, token: str
) -> None:
    running.worker(*settings.RQ_QUEUES)
    for _time in range(2):
        status, _out, errors = ended(begun(site.url, token, "--key", "mine"))
        assert status == 0, errors
    assert Document.objects.count() == 1


# Refusals -------------------------------------------------------------------------------------


def test_what_a_real_site_refuses_is_one_line(site: Site, token: str, student: User, tmp_path: Path) -> None:
    assert "does not accept the token" in refused(site.url)
    (tmp_path / "notes.xyz").write_text("words")
    assert "answers 422: Files of this type" in refused(site.url, token, file=tmp_path / "notes.xyz")
    reader = make_token(owner=student, name="reader", scopes=["read"], days=1)[1]
    assert "answers 403: The token lacks the scope" in refused(site.url, reader)
    assert Document.objects.count() == 0


def test_what_is_wrong_here_is_one_line(tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{free_port(0)}"
    line = refused(away)
    assert line.startswith(f"{away} does not answer")
    assert "--key" in line
    assert "There is no token" in refused(away, "")
    assert "The token is not one" in refused(away, "a b")
    assert "No such file" in refused(away, file=tmp_path / "missing.md")
    assert "begins with https://" in refused("example.org")


@pytest.fixture
def other() -> Iterator[ThreadingHTTPServer]:
    """Something that is before a site, or no site at all: it answers by the path that it is asked under."""
    answers = {
        "/large": (413, {}, b"<html>too large</html>"),
        "/busy": (
            429,
            {
                "Retry-After": "41",
                "RateLimit": '"submit";r=0;t=41',
                "Content-Type": "application/problem+json",
            },
            b'{"type": "urn:marginalia:problem:busy", "detail": "Your quota is used up."}',
        ),
        "/moved": (301, {"Location": "https://elsewhere.example.org/"}, b""),
        "/page": (200, {"Content-Type": "text/html"}, b"<html>welcome</html>"),
        "/broken": (500, {}, b""),
    }  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = answers[self.path.partition("/api/")[0]]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("large", "takes no file of this size (413)"),
        (
            "busy",
            'takes no more now (429): Your quota is used up. Again in 41 s. RateLimit: "submit";r=0;t=41',
        ),
        ("moved", "has moved to https://elsewhere.example.org/"),
        ("page", "not as the API of a Marginalia"),
        ("broken", "answers 500."),
    ],
)
def test_what_stands_before_a_site_is_one_line(other: ThreadingHTTPServer, path: str, words: str) -> None:
    assert words in refused(f"http://127.0.0.1:{other.server_port}/{path}")
