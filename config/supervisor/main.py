from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from config import env, stores
from config.embedded import copy_of, older_data
from config.startup import load_settings, servers_for
from limiter.rq.settings import grace_seconds

from .instance import AlreadyRunning, only_one
from .ports import free_port
from .programs import MANAGE, Ports, programs
from .supervise import Supervisor, grace_for


def main() -> int:
    os.chdir(env.BASE_DIR)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    load_settings()
    try:
        with only_one(settings.VAR_DIR):
            return _run()
    except AlreadyRunning as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        print(f"`{' '.join(problem.cmd[1:])}` failed: nothing was started", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run() -> int:
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
    environment = {**os.environ, "SIMULATOR_URL": ports.simulator_url, "PYTHONUNBUFFERED": "1"}
    environment.setdefault("LOG_TIME", "false")  # the supervisor's prefix tells it
    # A newcomer wants warnings, a line for each document and the addresses; a named level prints the rest.
    level = os.environ.get("LOG_LEVEL", "").strip() and settings.LOG_LEVEL
    supervisor = Supervisor(
        stores_answer=lambda: not stores.problems(),
        grace_seconds=grace_for(grace_seconds()),
        quiet=not level,
    )
    for program in programs(ports, level):
        supervisor.add(program, environment)
    with suppress(BrokenPipeError), _address_kept(ports.portal):
        return supervisor.run()
    return 1


@contextmanager
def _address_kept(portal: str) -> Iterator[None]:
    """Where it is served stands in a file for as long as it is: programs may ask, and the port may vary."""
    file: Path = settings.LAYOUT.portal_address
    file.write_text(f"{portal}\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


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
