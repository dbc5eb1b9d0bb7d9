"""From nothing to the moment when all is prepared and only wants to be kept running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from django.conf import settings

from config import env
from config.embedded import copy_of, older_data
from config.startup import load_settings, servers_for
from limiter.rq.settings import grace_seconds

from .instance import AlreadyRunning, only_one
from .keep import Plan
from .ports import free_port
from .programs import MANAGE, Ports, programs
from .supervise import STOPS, grace_for


def main() -> int:
    os.chdir(env.BASE_DIR)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    load_settings()
    try:
        with only_one(settings.VAR_DIR) as lock:
            _run(lock)
    except AlreadyRunning as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"`{' '.join(problem.cmd[1:])}` failed: nothing was started", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(lock: int) -> NoReturn:
    _count_from_zero()
    print(f"Starting Marginalia (profile {settings.PROFILE}, data in {settings.VAR_DIR}).", flush=True)
    _say_what_is_taken_over()
    servers_for(["run"])
    for command in (["migrate", "--verbosity", "0"], ["demo"]):
        subprocess.run([*MANAGE, *command], check=True)  # noqa: S603 - our own commands
    ports = Ports(
        web=_port("PORT", 8000, "the portal"),
        simulator=_port("SIMULATOR_PORT", 8790, "the Bedrock simulator"),
    )
    # A newcomer wants warnings, a line for each document and the addresses; a named level prints the rest.
    level = os.environ.get("LOG_LEVEL", "").strip() and settings.LOG_LEVEL
    plan = Plan(
        programs=programs(ports, level),
        environment={"SIMULATOR_URL": ports.simulator_url, "PYTHONUNBUFFERED": "1"},
        var=str(settings.VAR_DIR),
        postgres=bool(settings.EMBEDDED_POSTGRES),
        redis=bool(settings.EMBEDDED_REDIS),
        portal=ports.portal,
        grace_seconds=grace_for(grace_seconds()),
        quiet=not level,
    )
    _go_on_as_its_keeper(plan, lock)


def _go_on_as_its_keeper(plan: Plan, lock: int) -> NoReturn:
    """The same process, with a program that holds neither Django nor the clients of the stores in memory.

    A signal to stop that comes in between is kept for it, and so is the lock.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    os.set_inheritable(lock, True)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "config.supervisor.keep", plan.text(), str(lock)])  # noqa: S606


def _say_what_is_taken_over() -> None:
    file = older_data(settings.LAYOUT) if settings.EMBEDDED_REDIS else None
    if file is not None:
        print(f"Valkey takes over the data of Redis 6.2; {copy_of(file)} keeps it as it was.", flush=True)


def _count_from_zero() -> None:
    """Each process has counted into a file of its own, and those of an earlier run belong to none."""
    for file in Path(settings.METRICS_DIR or os.devnull).glob("*.db"):
        file.unlink(missing_ok=True)


def _port(name: str, default: int, what: str) -> int:
    wanted = env.integer(name, default)
    port = free_port(wanted)
    if port != wanted:
        print(f"Port {wanted} is busy: {what} takes {port}.", flush=True)
    return port
