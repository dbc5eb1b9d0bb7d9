"""/healthz and /readyz of programs without pages, a worker and a housekeeper, asked by any Host."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from config.supervisor.ports import free_port
from limiter.operations.probes import VARIABLE
from tests.running import ROOT, Running, processes, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def port() -> int:
    return free_port(0)


@pytest.fixture
def started(child_environment: dict[str, str], port: int, tmp_path: Path) -> Iterator[Running]:
    environment = {**child_environment, VARIABLE: f"127.0.0.1:{port}"}
    with processes(environment, tmp_path / "processes.log") as running:
        yield running


def ask(port: int, path: str, method: str = "GET") -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers={"Host": "any.name.example"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body) if body.startswith(b"{") else body


def answers(port: int) -> bool:
    try:
        return ask(port, "/healthz")[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize("words", [("rqworker", "parse"), ("housekeeper",)], ids=lambda words: words[0])
def test_a_program_without_pages_says_that_it_lives_and_can_serve(
    started: Running, port: int, words: tuple[str, ...]
) -> None:
    started.command(*words)
    wait_until(lambda: answers(port), "it answers")
    assert ask(port, "/healthz") == (200, {"alive": True})
    wait_until(lambda: ask(port, "/readyz") == (200, {"ready": True, "problems": {}}), "it is ready")
    assert ask(port, "/readyz", "HEAD") == (200, b"")
    assert ask(port, "/metrics")[0] == 404
    assert ask(port, "/healthz", "POST")[0] == 501


def test_a_housekeeper_without_its_redis_lives_and_says_what_is_missing(
    child_environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    environment = {**child_environment, VARIABLE: f"127.0.0.1:{port}", "REDIS_URL": NOWHERE}
    with processes(environment, tmp_path / "processes.log") as running:
        running.command("housekeeper")
        wait_until(lambda: answers(port), "it answers")
        assert ask(port, "/readyz") == (503, {"ready": False, "problems": {"redis": "ConnectionError"}})
        assert ask(port, "/healthz")[0] == 200


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        (VARIABLE, "9103", "PROBES_LISTEN is '9103': expected ADDRESS:PORT, as 127.0.0.1:9103."),
        ("REDIS_URL", "stranger:wrong", "REDIS_URL: invalid username-password pair or user is disabled."),
    ],
    ids=["no address", "a wrong password"],
)
def test_a_worker_with_a_mistake_in_its_settings_ends_at_once_with_one_line(
    child_environment: dict[str, str], variable: str, value: str, line: str
) -> None:
    environment = {**child_environment, variable: value}
    if variable == "REDIS_URL":
        environment[variable] = with_account(child_environment["REDIS_URL"], value)
    ended = subprocess.run(
        [sys.executable, "-m", "django", "rqworker", "parse"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [f"CommandError: {line}"]


def with_account(url: str, account: str) -> str:
    """The same server, asked with an account that it does not know."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{account}@{rest.rpartition('@')[2]}"
