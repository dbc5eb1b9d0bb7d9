from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
import requests

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout
from config.env import BASE_DIR
from config.supervisor.ports import LOCALHOST
from feedback.development import demo
from tests.running import wait_until

DEADLINE_SECONDS = 300.0
COMMAND = (sys.executable, "-m", "config.supervisor")
OURS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")  # the suite's, not a newcomer's
ENDED = re.compile(r"document \S+ is complete: feedback on \d+ of \d+ sections in \d+ s")
OF_EACH_JOB = ("rq.worker", "Job OK", "Sections: ", "INFO:", "(pid")


@dataclass(frozen=True)
class System:
    """A running system and what it printed."""

    process: subprocess.Popen[bytes]
    output: Path

    def wait_for_line(self, pattern: str) -> str:
        """The first group of the pattern."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (found := re.search(pattern, self.printed())) is None:
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.2)
        return found.group(1)

    def printed(self) -> str:
        return self.output.read_text(errors="replace")


def environment(var: Path, port: int, level: str = "") -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**inherited, "VAR_DIR": str(var), "PORT": str(port), "LOG_LEVEL": level}


@contextmanager
def running(layout: Layout, port: int, output: Path, level: str = "") -> Iterator[System]:
    env = environment(layout.var, port, level)
    with output.open("wb") as stdout:
        process = subprocess.Popen(COMMAND, cwd=BASE_DIR, env=env, stdout=stdout, stderr=subprocess.STDOUT)
    try:
        yield System(process, output)
    finally:
        process.kill()
        process.wait()


@contextmanager
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((LOCALHOST, 0))
        other.listen()
        yield int(other.getsockname()[1])


def handed_in(layout: Layout) -> int:
    with psycopg.connect(layout.database_url) as connection:
        (count,) = connection.execute("SELECT count(*) FROM feedback_document").fetchone() or (0,)
    return int(count)


def pids_on(layout: Layout) -> list[int]:
    """Every process that was started on this data."""
    found = psutil.process_iter(["pid", "cmdline"])
    return [process.pid for process in found if str(layout.var) in " ".join(process.info["cmdline"] or [])]


def first_document_of(email: str, portal: str) -> str:
    """The page of the first document on the person's list, as they read it after signing in."""
    with requests.Session() as browser:
        browser.get(f"{portal}/sign-in/", timeout=60)
        form = {
            "login": email, "password": demo.PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }  # fmt: skip
        documents = browser.post(f"{portal}/sign-in/", form, timeout=60)
        link = re.search(r'href="(/documents/[0-9a-f-]{36}/)"', documents.text)
        assert link is not None, documents.text
        return browser.get(f"{portal}{link[1]}", timeout=60).text


def test_from_nothing_to_feedback_and_back_to_nothing(layout: Layout, folder: Path) -> None:
    with busy_port() as port, running(layout, port, folder / "output.txt") as system:
        replaced = system.wait_for_line(rf"Port {port} is busy: the portal takes (\d+)")
        portal = system.wait_for_line(r"Marginalia is at +(http://\S+)")
        assert portal == f"http://{LOCALHOST}:{replaced}"
        printed = system.printed()
        assert len(ENDED.findall(printed)) == 3  # each sample has its feedback
        assert [word for word in (*OF_EACH_JOB, "rq.scheduler") if word in printed] == []
        page = first_document_of(demo.STUDENTS[0].email, portal)
        assert 'class="comment-tools"' in page  # it has comments
        assert requests.get(f"{portal}/admin/login/", timeout=60).status_code == 200

        for server in (EmbeddedPostgres(layout), EmbeddedRedis(layout)):
            pid = server.running()
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda s=server, p=pid: s.running() not in (None, p), "it is back")  # type: ignore[misc]
        wait_until(lambda: handed_in(layout) == 3, "PostgreSQL answers, with all that was handed in")

        supervisor = psutil.Process(system.process.pid)
        family = [supervisor, *supervisor.children(recursive=True)]
        system.process.send_signal(signal.SIGTERM)
        assert system.process.wait(DEADLINE_SECONDS) == 0
        assert psutil.wait_procs(family, timeout=DEADLINE_SECONDS)[1] == []  # no process is left
        assert (EmbeddedPostgres(layout).running(), EmbeddedRedis(layout).running()) == (None, None)


@pytest.mark.long
def test_a_level_brings_back_what_a_newcomer_is_spared(layout: Layout, folder: Path) -> None:
    with running(layout, 0, folder / "output.txt", level="INFO") as system:
        for word in OF_EACH_JOB:
            system.wait_for_line(f"({re.escape(word)})")


def test_a_second_one_on_the_same_data_gets_one_line(layout: Layout, folder: Path) -> None:
    with running(layout, 0, folder / "output.txt") as first:
        first.wait_for_line("(Starting Marginalia)")
        second = subprocess.run(
            COMMAND, cwd=BASE_DIR, env=environment(layout.var, 0), capture_output=True, text=True, check=False
        )
        first.process.terminate()  # in the middle of making the database
        first.process.wait(DEADLINE_SECONDS)
    wait_until(lambda: pids_on(layout) == [], "everything that it started is gone")
    pid = first.process.pid
    assert second.stderr == f"Marginalia already runs on {layout.var} (process {pid}).\n"
    assert (second.returncode, second.stdout) == (1, "")
