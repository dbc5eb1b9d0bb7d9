"""The threads that serve all runs of a worker: each outlives what one item does to it, and is watched."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from django.db import close_old_connections

from limiter.operations.watch import thread_failed

logger = logging.getLogger("limiter.rq")

Work = TypeVar("Work")

SILENT_SECONDS = 60.0  # with one piece of work, before the log says so
LOST_SECONDS = 600.0  # after which a worker without this thread is better started anew


class Vital(Generic[Work]):
    """A daemon thread that takes work and serves it, until there is none for good (`take` returns nothing).

    What serving raises is logged with the thread's name, and the thread goes on. A database connection that
    broke is made anew: Django gives back what is unusable after each piece of work.
    """

    def __init__(self, name: str, take: Callable[[], Work], serve: Callable[[Work], None]) -> None:
        self.name = name
        self._take, self._serve = take, serve
        self._begun: float | None = None
        self._silence_logged = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def beat(self) -> None:
        """The work takes long, and goes on: a store is waited for."""
        self._begun = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """Since this thread was last heard of while it had work."""
        begun = self._begun
        return 0.0 if begun is None else time.monotonic() - begun

    @property
    def is_lost(self) -> bool:
        """Nothing is served any more, and nothing but a new process helps."""
        died = not (self._ended or self._thread.is_alive())
        return died or self.silent_seconds > LOST_SECONDS

    def look(self) -> None:
        """Say so once where it has been silent for long."""
        if self.silent_seconds <= SILENT_SECONDS:
            self._silence_logged = False
        elif not self._silence_logged:
            self._silence_logged = True
            thread_failed(self.name)
            logger.error("%s has been silent for %.0f s", self.name, self.silent_seconds)

    def _run(self) -> None:
        while work := self._take():
            self.beat()
            try:
                self._serve(work)
            except Exception:
                thread_failed(self.name)
                logger.exception("%s failed and goes on", self.name)
            finally:
                self._begun = None
                _give_back_connections()
        self._ended = True


def lost(threads: Iterable[Vital[Any]]) -> list[str]:
    """The names of those that serve no more; the silence of each is logged."""
    watched = list(threads)
    for thread in watched:
        thread.look()
    return [thread.name for thread in watched if thread.is_lost]


def _give_back_connections() -> None:
    try:
        close_old_connections()
    except Exception:  # a broken connection may refuse to be closed
        logger.exception("a database connection could not be given back")
