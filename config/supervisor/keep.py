"""The keeper of what `main` has prepared: `python -m config.supervisor.keep PLAN LOCK`, in the same process.

It outlives everything and does little, so it imports little: no settings, no Django, no client of a store.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded import EmbeddedServerError, Layout, Session

from .program import Program
from .supervise import STOPS, Supervisor

STORES = (sys.executable, "-m", "config.stores")
STORES_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be kept running, and on which data."""

    programs: list[Program]
    environment: dict[str, str]  # of the programs, beside our own
    var: str
    postgres: bool  # embedded
    redis: bool
    portal: str
    grace_seconds: float
    quiet: bool

    def text(self) -> str:
        return json.dumps(asdict(self))


def plan_of(text: str) -> Plan:
    read = json.loads(text)
    read["programs"] = [
        Program(each["name"], tuple(each["command"]), each["once"]) for each in read["programs"]
    ]
    return Plan(**read)


def main(plan: Plan, lock: int) -> int:
    os.set_inheritable(lock, False)  # it was, for the moment between the two programs
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that it detaches
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    layout = Layout(Path(plan.var))
    try:
        if plan.postgres or plan.redis:
            session = Session(layout, postgres=plan.postgres, redis=plan.redis)
            session.attach()
            session.watch()
        return _supervise(plan, layout)
    except EmbeddedServerError as problem:
        sys.stderr.write(f"marginalia: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _supervise(plan: Plan, layout: Layout) -> int:
    environment = {**os.environ, **plan.environment}
    environment.setdefault("LOG_TIME", "false")  # the supervisor's prefix tells it
    environment.setdefault(
        "MALLOC_ARENA_MAX", "2"
    )  # of threads that mostly wait, each would keep its own memory
    supervisor = Supervisor(stores_answer=stores_answer, grace_seconds=plan.grace_seconds, quiet=plan.quiet)
    for program in plan.programs:
        supervisor.add(program, environment)
    with suppress(BrokenPipeError), _address_kept(layout, plan.portal):
        return supervisor.run()
    return 1


def stores_answer() -> bool:
    """Asked by a process of its own, as it is asked seldom."""
    try:
        return subprocess.run(STORES, timeout=STORES_SECONDS, check=False).returncode == 0  # noqa: S603
    except subprocess.TimeoutExpired:
        return False


@contextmanager
def _address_kept(layout: Layout, portal: str) -> Iterator[None]:
    """Where it is served stands in a file for as long as it is: programs may ask, and the port may vary."""
    layout.portal_address.write_text(f"{portal}\n", encoding="utf-8")
    try:
        yield
    finally:
        layout.portal_address.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(plan_of(sys.argv[1]), int(sys.argv[2])))
