"""Django's settings in the process that runs rq's tests, and in the programs that those start."""

from __future__ import annotations

import os
from typing import Any


class AnyQueue(dict[str, dict[str, Any]]):
    """django-rq wants to know every queue that is used."""

    def __missing__(self, name: str) -> dict[str, Any]:
        return self["default"]


RQ_QUEUES = AnyQueue(default={"HOST": "localhost", "PORT": int(os.environ["RQ_SUITE_PORT"])})
RQ = {"COMMIT_MODE": "auto"}
INSTALLED_APPS = ["django_rq"]
DATABASES: dict[str, Any] = {}
USE_TZ = True
LIMITER_QUEUES: dict[str, str] = {}
LIMITER_WORKER_SLOTS = 4
LIMITER_WORKER_GRACE_SECONDS = 5
