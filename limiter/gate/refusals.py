"""Which errors of a Redis pass by themselves: the one place that knows them."""

from __future__ import annotations

import re

import redis
from redis import exceptions

from .model import GateUnavailable

# Away, starting, full, read-only, busy with a script, without its replicas or its disk. redis-py cuts the
# code off the words of some and puts the number of a pipeline's command before others.
CODES = (
    "READONLY", "OOM", "BUSY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF",
    "UNKILLABLE",
)  # fmt: skip
_CODE = re.compile(rf"(?:^|: |@user_script: |\s-)(?:{'|'.join(CODES)})\b")
PASSING = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    exceptions.BusyLoadingError,
    exceptions.TryAgainError,
    exceptions.MasterDownError,
    GateUnavailable,
)


def is_away(error: BaseException) -> bool:
    """The store refuses for a while, and is waited for however long that takes."""
    if isinstance(error, PASSING):
        return True
    return isinstance(error, exceptions.RedisError) and _CODE.search(str(error)) is not None


def must_write(connection: redis.Redis) -> None:
    """Raise what the server says to a write: one that is full or read-only answers a PING all the same."""
    connection.set("limiter:can_write", 1, px=1)


def is_misconfigured(error: BaseException) -> bool:
    """No waiting helps: somebody gave a wrong password or account."""
    kinds = exceptions.AuthenticationError | exceptions.AuthorizationError | exceptions.NoPermissionError
    return isinstance(error, kinds)
