from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from config.env import BASE_DIR
from tests.running import wait_until_gone

DEADLINE_SECONDS = 60.0

SUPERVISE = """
import json, os, sys
from config.supervisor import child
from config.supervisor.program import Program
from config.supervisor.supervise import Supervisor
child.PAUSE_SECONDS = child.LONGEST_PAUSE = 0.01
supervisor = Supervisor(stores_answer=lambda: sys.argv[2] == "here")
for name, code, once in json.loads(sys.argv[1]):
    supervisor.add(Program(name, (sys.executable, "-c", code), once=once), dict(os.environ))
sys.exit(supervisor.run())
"""
STEADY = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
FORKED = "import os, time; os.fork() or time.sleep(600)\n" + STEADY  # its child holds the output open
SHORT_LIVED = "print('I am here', flush=True)"


@contextmanager
def supervised(
    output: Path, *programs: tuple[str, str, bool], stores: str = "here"
) -> Iterator[subprocess.Popen[str]]:
    with output.open("w") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, json.dumps(programs), stores],
            cwd=BASE_DIR,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=stdout,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.05)


def steady_pids(output: Path) -> list[int]:
    lines = output.read_text().splitlines()
    return [int(line.rpartition(" ")[2]) for line in lines if "| pid " in line]


@pytest.fixture
def output(folder: Path) -> Path:
    return folder / "output.txt"


def test_output_on_a_full_disk_ends_nothing(folder: Path) -> None:
    starts = folder / "starts"
    code = f"open({str(starts)!r}, 'a').write('x')"
    with supervised(Path("/dev/full"), ("short", code, False), stores="away") as supervisor:
        wait_for(lambda: supervisor.poll() is not None or (starts.exists() and len(starts.read_text()) >= 3))
        assert supervisor.poll() is None


def test_each_line_says_which_program_wrote_it(output: Path) -> None:
    with supervised(output, ("steady", STEADY, False), ("greeter", SHORT_LIVED, True)) as supervisor:
        wait_for(lambda: "greeter | I am here" in output.read_text())
        wait_for(lambda: bool(steady_pids(output)))
        assert supervisor.poll() is None  # a program that runs once is not missed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_program_and_ends_well(output: Path, number: signal.Signals) -> None:
    with supervised(output, ("one", STEADY, False), ("two", STEADY, False)) as supervisor:
        wait_for(lambda: len(steady_pids(output)) == 2)
        supervisor.send_signal(number)
        assert supervisor.wait(DEADLINE_SECONDS) == 0
        wait_until_gone(*steady_pids(output))


def test_a_program_that_was_killed_is_started_again(output: Path) -> None:
    with supervised(output, ("steady", STEADY, False)) as supervisor:
        wait_for(lambda: len(steady_pids(output)) == 1)
        os.kill(steady_pids(output)[0], signal.SIGKILL)
        wait_for(lambda: len(steady_pids(output)) == 2)
        assert "steady ended (SIGKILL): starting it again" in output.read_text()
        supervisor.terminate()
        assert supervisor.wait(DEADLINE_SECONDS) == 0
        wait_until_gone(steady_pids(output)[1])


def test_a_killed_program_with_a_child_that_holds_its_output_is_started_again_with_nothing_left(
    output: Path,
) -> None:
    with supervised(output, ("steady", FORKED, False)) as supervisor:
        wait_for(lambda: len(steady_pids(output)) == 1)
        first = psutil.Process(steady_pids(output)[0])
        family = [first, *first.children()]
        first.kill()
        wait_for(lambda: len(steady_pids(output)) == 2)
        wait_until_gone(*(each.pid for each in family))
        supervisor.terminate()
        assert supervisor.wait(DEADLINE_SECONDS) == 0


def test_a_store_that_is_away_ends_nothing(output: Path) -> None:
    """A program that can't live without it is started again for as long as it takes."""
    broken = ("broken", "raise SystemExit(3)", False)
    with supervised(output, ("steady", STEADY, False), broken, stores="away") as supervisor:
        wait_for(lambda: output.read_text().count("broken ended (status 3): starting it again") > 7)
        assert supervisor.poll() is None
        assert len(steady_pids(output)) == 1


def test_a_reader_that_is_gone_stops_every_program() -> None:
    """`make run | head`: where the next end of a program can't be printed, the others are stopped."""
    dies_later = ("broken", "import time; time.sleep(1); raise SystemExit(3)", False)
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, json.dumps([("steady", STEADY, False), dies_later]), "here"],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    line = next(line for line in process.stdout if "| pid " in line)
    process.stdout.close()
    assert process.wait(DEADLINE_SECONDS) != 0
    wait_until_gone(int(line.rpartition(" ")[2]))


def test_a_program_that_keeps_dying_brings_everything_down_and_says_so(output: Path) -> None:
    with supervised(
        output, ("steady", STEADY, False), ("broken", "raise SystemExit(3)", False)
    ) as supervisor:
        assert supervisor.wait(DEADLINE_SECONDS) == 3
        assert "broken ended 5 times in a row (status 3): stopping everything" in output.read_text()
        wait_until_gone(*steady_pids(output))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells a child of its parent's death on Linux")
def test_no_program_outlives_a_supervisor_that_was_killed(output: Path) -> None:
    with supervised(output, ("steady", STEADY, False)) as supervisor:
        wait_for(lambda: len(steady_pids(output)) == 1)
        supervisor.kill()
        wait_for(lambda: not psutil.pid_exists(steady_pids(output)[0]))
