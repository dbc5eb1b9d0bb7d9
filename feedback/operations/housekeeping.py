"""Duties that some process has to do again and again, whichever it is: each by one process at a time.

A housekeeper does several, each in a thread, so that one that waits for a store keeps none of the others
waiting. A turn in Redis sees to it that of several housekeepers one does a duty's round; where Redis is away
each does it, which costs more and does no harm.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from django.db import close_old_connections
from redis.exceptions import RedisError

from feedback.operations import heartbeats
from limiter.gate.model import GateError
from limiter.gates import connection
from limiter.named.stores.quick import patient, quick
from limiter.operations import stores
from limiter.operations.probes import probes
from limiter.operations.watch import thread_failed

if TYPE_CHECKING:
    from redis import Redis
    from redis.lock import Lock

logger = logging.getLogger(__name__)

KEY = "marginalia:duty:{}"
TURN_SECONDS = 15.0  # that a turn outlives its process
LOOK_SECONDS = 5.0  # between looks at the threads, which renew the turns
SILENT_SECONDS, LOST_SECONDS = 60.0, 600.0  # with one round: before the log says so, before the process ends
STOP_SECONDS = 10.0  # for rounds to end
REST = 0.9  # of a period, in which nobody else begins the next round
AWAY = (RedisError, GateError, DatabaseError)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do every so many seconds; its rounds can be repeated without harm."""

    name: str
    every: float
    work: Callable[[], object]
    leave: Callable[[], object] = lambda: None  # what the end of the process asks for


class Round:
    """The rounds of one duty in this process, and what a watcher has to know of them."""

    def __init__(self, duty: Duty, stop: threading.Event) -> None:
        self.duty, self._stop = duty, stop
        self._turn: Lock | None = None
        self._began: float | None = None
        self._is_away = self._is_silent = False
        self.thread = threading.Thread(target=self._run, name=duty.name, daemon=True)

    @property
    def is_lost(self) -> bool:
        return not self.thread.is_alive() or self._lasts > LOST_SECONDS

    def look(self) -> None:
        """Renew the turn of a round under way, and say once where it lasts long."""
        if (turn := self._turn) is not None:
            self._extend(turn, TURN_SECONDS)
        is_silent = self._lasts > SILENT_SECONDS
        if is_silent and not self._is_silent:
            thread_failed(self.duty.name)
            logger.error("%s has been at one round for %.0f s", self.duty.name, self._lasts)
        self._is_silent = is_silent

    @property
    def _lasts(self) -> float:
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    def _run(self) -> None:
        while not self._stop.is_set():
            self._began = time.monotonic()
            try:
                self._do()
            except Exception:  # one row that is odd must not end what looks after all others
                thread_failed(self.duty.name)
                logger.exception("a round of %s ended early; the next one begins anew", self.duty.name)
            finally:
                self._began = None
                close_old_connections()
            self._stop.wait(self.duty.every)

    def _do(self) -> None:
        if not self._take_turn():
            return
        try:
            self.duty.work()
        except AWAY as error:
            self._note_away(error)
        else:
            self._note_well()
        finally:
            turn, self._turn = self._turn, None
            if turn is not None:
                self._extend(turn, self.duty.every * REST)
        heartbeats.beat(self.duty.name, every=self.duty.every)

    def _take_turn(self) -> bool:
        """Whether this round is ours. Without a Redis nobody can tell, and it is everybody's."""
        client = _turns()
        if client is None:
            return True
        turn = client.lock(KEY.format(self.duty.name), TURN_SECONDS, thread_local=False)
        try:
            is_ours = bool(turn.acquire(blocking=False))
            if not is_ours:  # one that lasts for longer is left from before the server's clock was put back
                client.pexpire(turn.name, int(1000 * max(TURN_SECONDS, self.duty.every)), lt=True)
        except RedisError:
            return True
        self._turn = turn if is_ours else None
        return is_ours

    def _extend(self, turn: Lock, seconds: float) -> None:
        try:
            turn.extend(seconds, replace_ttl=True)
        except RedisError as error:  # lost, or out of reach: the rounds bear another beside them
            logger.debug("the turn of %s was not kept: %s", self.duty.name, error)

    def _note_away(self, error: Exception) -> None:
        """Once, however long it lasts: the next round finds more to do."""
        if not self._is_away:
            logger.warning("%s waits for a store: %s: %s", self.duty.name, type(error).__name__, error)
        self._is_away = True

    def _note_well(self) -> None:
        if self._is_away:
            logger.warning("%s goes on", self.duty.name)
        self._is_away = False


@cache
def _turns() -> Redis | None:
    """With time-outs: no duty waits long for a Redis that hangs."""
    client = connection()
    return None if client is None else patient(client)


def keep_house(duties: Iterable[Duty], stop: threading.Event, *, probed: bool = True) -> list[str]:
    """Do the duties until asked to stop; returns those that nothing but a new process helps.

    Where the process has another main work, the probes are that work's.
    """
    rounds = [Round(duty, stop) for duty in duties]
    for each in rounds:
        each.thread.start()
    lost: list[str] = []
    with probes(lambda: _lost(rounds), _problems) if probed else nullcontext():
        while not lost and not stop.wait(LOOK_SECONDS):
            for each in rounds:
                each.look()
            lost = _lost(rounds)
    stop.set()
    deadline = time.monotonic() + STOP_SECONDS
    for each in rounds:
        each.thread.join(max(0.0, deadline - time.monotonic()))
        _leave(each.duty)
    return lost


def _lost(rounds: Iterable[Round]) -> list[str]:
    return [each.duty.name for each in rounds if each.is_lost]


def _problems() -> dict[str, str]:
    client = connection()
    return stores.problems(None if client is None else quick(client, stores.SECONDS))


def _leave(duty: Duty) -> None:
    try:
        duty.leave()
    except AWAY as error:
        logger.info("%s left without a word: %s", duty.name, error)
