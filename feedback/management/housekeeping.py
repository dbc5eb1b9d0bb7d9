"""Commands that go on until they are stopped: a housekeeper of one duty or all, alone or beside a worker."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from redis.exceptions import RedisError

from feedback.operations.housekeeping import STOP_SECONDS, Duty, keep_house
from limiter.gate.refusals import is_misconfigured, must_write
from limiter.gates import connection
from limiter.named.stores.quick import patient

logger = logging.getLogger(__name__)


def until_stopped(duties: Iterable[Duty]) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        _must_be_let_in()
        lost = keep_house(duties, stop)
    except ImproperlyConfigured as error:
        raise CommandError(str(error), returncode=2) from None
    if lost:
        raise CommandError(f"{', '.join(lost)} can't go on in this process")


@contextmanager
def beside(duties: Iterable[Duty]) -> Iterator[list[str]]:
    """Keep the house in threads of a process with another main work, which a SIGTERM ends well.

    A duty that nothing but a new process helps sends it, and is then in the list.
    """
    stop = threading.Event()
    lost: list[str] = []

    def keep() -> None:
        try:
            lost.extend(keep_house(duties, stop, probed=False))
        except Exception:
            logger.exception("the house is kept no more")
            lost.append("house")
        if lost:
            os.kill(os.getpid(), signal.SIGTERM)

    house = threading.Thread(target=keep, name="house", daemon=True)
    house.start()
    try:
        yield lost
    finally:
        stop.set()
        house.join(2 * STOP_SECONDS)


def _must_be_let_in() -> None:
    """A Redis that is away is waited for; one that knows neither the password nor the account never comes."""
    client = connection()
    try:
        if client is not None:
            must_write(patient(client))
    except RedisError as error:
        if is_misconfigured(error):
            raise ImproperlyConfigured(f"REDIS_URL: {error}") from error
