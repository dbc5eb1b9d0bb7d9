"""What runs under the supervisor."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from django.conf import settings

from .ports import LOCALHOST

# A real call takes minutes. A newcomer shall see the whole road within two of them.
DEMO_LATENCY = {"latency": {"total": {"low": 2.0, "high": 6.0}}}
MANAGE = (sys.executable, "manage.py")
RECONCILE_SECONDS = 10
ALERTS_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Ports:
    web: int
    simulator: int

    @property
    def portal(self) -> str:
        return f"http://{LOCALHOST}:{self.web}"

    @property
    def simulator_url(self) -> str:
        return f"http://{LOCALHOST}:{self.simulator}"


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: tuple[str, ...]
    once: bool = False  # runs to its end and is not missed then


def programs(ports: Ports) -> list[Program]:
    """Solo has its dispatcher in the web process: no worker, and nobody else to reconcile with."""
    system = [_web(ports), _simulator(ports)]
    if settings.LIMITER_BACKEND == "redis":
        system += [_worker(), _reconciler(), _alerts()]
    return [*system, _welcome(ports)]


def _web(ports: Ports) -> Program:
    server = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--no-access-log")
    # A page that listens for events would keep the server from stopping for as long as it is open.
    return Program(
        "web", (*server, "--host", LOCALHOST, "--port", str(ports.web), "--timeout-graceful-shutdown", "2")
    )


def _simulator(ports: Ports) -> Program:
    arguments = ("--host", LOCALHOST, "--port", str(ports.simulator), "--settings", json.dumps(DEMO_LATENCY))
    return Program("simulator", (sys.executable, "-m", "feedback.simulator", *arguments))


def _worker() -> Program:
    return Program("worker", (*MANAGE, "rqworker", *settings.RQ_QUEUES, "--with-scheduler"))


def _reconciler() -> Program:
    return Program("reconciler", (*MANAGE, "reconcile", "--every", str(RECONCILE_SECONDS)))


def _alerts() -> Program:
    return Program("alerts", (*MANAGE, "alerts", "--every", str(ALERTS_SECONDS)))


def _welcome(ports: Ports) -> Program:
    return Program("welcome", (sys.executable, "-m", "config.supervisor.welcome", ports.portal), once=True)
