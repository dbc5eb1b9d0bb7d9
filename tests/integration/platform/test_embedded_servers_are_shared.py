from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from config.embedded import EmbeddedPostgres, EmbeddedRedis, Layout, Session
from config.env import BASE_DIR
from tests.running import wait_until

from .conftest import answers, visits

HOLD = (
    "import sys; from pathlib import Path; from config.embedded import *\n"
    "Session(Layout(Path(sys.argv[1]))).attach(); print('attached', flush=True); sys.stdin.read()"
)


@contextmanager
def another_process(layout: Layout) -> Iterator[subprocess.Popen[str]]:
    """A process that uses the servers until its standard input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(layout.var)],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "attached\n"
        yield process


def pids(layout: Layout) -> tuple[int | None, int | None]:
    return EmbeddedPostgres(layout).running(), EmbeddedRedis(layout).running()


def test_the_last_process_out_stops_the_servers(layout: Layout) -> None:
    session = Session(layout)
    session.attach()
    with another_process(layout):
        started = pids(layout)
        assert None not in started
        session.detach()
        assert pids(layout) == started
        assert answers(layout)
    assert pids(layout) == (None, None)


def test_what_was_stored_is_there_at_the_next_start(layout: Layout) -> None:
    for expected in (1, 2):
        session = Session(layout)
        session.attach()
        answers(layout)
        assert visits(layout) == (expected, expected)
        session.detach()


def test_servers_of_a_killed_owner_are_taken_over_and_then_stopped(layout: Layout) -> None:
    with another_process(layout) as process:
        process.kill()
    orphans = pids(layout)
    assert None not in orphans
    session = Session(layout)
    session.attach()
    assert pids(layout) == orphans
    session.detach()
    assert pids(layout) == (None, None)


def test_servers_that_were_killed_are_started_again_with_their_data(layout: Layout) -> None:
    first = Session(layout)
    first.attach()
    answers(layout)
    for pid in pids(layout):
        assert pid is not None
        killed = psutil.Process(pid)
        killed.kill()
        killed.wait(30)
    with another_process(layout):
        assert answers(layout)
        assert visits(layout)[0] == 2
    first.detach()


def test_servers_that_die_under_a_process_that_uses_them_come_back_with_all_data(layout: Layout) -> None:
    session = Session(layout)
    session.attach()
    session.watch()
    answers(layout)
    before = pids(layout)
    for pid in before:
        assert pid is not None
        os.kill(pid, signal.SIGKILL)  # they stay zombies until their parent, which is we, asks for their end
    wait_until(lambda: None not in pids(layout) and not set(pids(layout)) & set(before), "both are back")
    assert answers(layout)
    assert visits(layout) == (2, 2)
    session.detach()
    assert pids(layout) == (None, None)


def test_a_stale_pid_file_that_names_a_living_stranger_is_healed(layout: Layout) -> None:
    session = Session(layout)
    session.attach()
    session.detach()
    stranger = psutil.Process().pid
    stale = [
        str(stranger),
        str(layout.postgres_data),
        "1700000000",
        "5432",
        str(layout.sockets),
        "",
        "",
        "ready",
    ]
    (layout.postgres_data / "postmaster.pid").write_text("\n".join(stale) + "\n")
    session.attach()
    assert answers(layout)
    session.detach()
    assert psutil.pid_exists(stranger)


def test_a_process_that_forked_keeps_the_servers_for_itself_alone(layout: Layout) -> None:
    """A child that ends, or that closes what it inherited, must not count as the last one out."""
    code = (
        "import os, sys; from pathlib import Path; from config.embedded import *\n"
        "layout = Layout(Path(sys.argv[1])); session = Session(layout); session.attach()\n"
        "if os.fork() == 0:\n"
        "    session.detach(); sys.exit(0)\n"
        "os.wait(); print(EmbeddedRedis(layout).running() is not None)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(layout.var)],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True\n", done.stderr
    assert pids(layout) == (None, None)
