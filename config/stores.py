"""A check that the project's stores answer now: for the web's probes, and for the supervisor.

As a program (`python -m config.stores`) it ends with status 1 where one does not.
"""

from __future__ import annotations

import sys

from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from limiter.base.addresses import connected
from limiter.operations import stores


def problems() -> dict[str, str]:
    """What is wrong, by the store's name; nothing of a store that is well, or that is not used."""
    if settings.LIMITER_BACKEND != "redis":
        return stores.problems(None)
    client = connected(
        settings.REDIS_URL,
        socket_timeout=stores.SECONDS,
        socket_connect_timeout=stores.SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return stores.problems(client)
    finally:
        client.close()


if __name__ == "__main__":
    from config.startup import load_settings

    load_settings()
    sys.exit(bool(problems()))
