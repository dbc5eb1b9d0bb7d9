"""What runs under the supervisor."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from django.conf import settings

from .ports import LOCALHOST
from .program import Program

# A real call takes minutes. A newcomer shall see the whole road within two of them.
DEMO_LATENCY = {"latency": {"total": {"low": 2.0, "high": 6.0}}}
MANAGE = (sys.executable, "manage.py")
VERBOSITY = {"INFO": "1", "DEBUG": "2"}  # of Django's commands, for a log level; 0 for every other


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


def programs(ports: Ports, level: str) -> list[Program]:
    """The list for a supervisor; a log level has them print what a newcomer is spared.

    The worker keeps the house as well. Solo has its dispatcher in the web process, and neither of the two.
    """
    verbosity = VERBOSITY.get(level, "0")
    system = [_web(ports, level.lower() or "warning"), _simulator(ports)]
    if settings.LIMITER_BACKEND == "redis":
        system.append(_worker(verbosity))
    return [*system, _welcome(ports, verbosity)]


def _web(ports: Ports, level: str) -> Program:
    arguments = ("--host", LOCALHOST, "--port", str(ports.web), "--log-level", level)
    return Program("web", (sys.executable, "-m", "config.web", *arguments))


def _simulator(ports: Ports) -> Program:
    arguments = ("--host", LOCALHOST, "--port", str(ports.simulator), "--settings", json.dumps(DEMO_LATENCY))
    return Program("simulator", (sys.executable, "-m", "feedback.development.simulator", *arguments))


def _worker(verbosity: str) -> Program:
    options = ("--verbosity", verbosity)  # rq writes two lines for each job, unless at 0
    return Program("worker", (*MANAGE, "worker", *settings.RQ_QUEUES, *options))


def _welcome(ports: Ports, verbosity: str) -> Program:
    command = (sys.executable, "-m", "config.supervisor.welcome", ports.portal, verbosity)
    return Program("welcome", command, once=True)
