"""Watchers: functions that are called with each operation of the gate and each move of a breaker.

The limiter counts nothing by itself here. The app gives a watcher, which is called in the thread that
asked the gate, after the answer; it must be quick and must not raise.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol

from limiter.gate.model import BreakerState

logger = logging.getLogger(__name__)


class Watcher(Protocol):
    def __call__(
        self, operation: str, upstream: str, seconds: float, error: BaseException | None
    ) -> None: ...


_watchers: list[Watcher] = []


def add_watcher(watcher: Watcher) -> None:
    """Add a watcher of every operation of this process's gates. Adding one twice changes nothing."""
    if watcher not in _watchers:
        _watchers.append(watcher)


class watched:  # noqa: N801 - used like a function; a class costs half of a generator on a hot path
    """A context: one operation, reported at its end."""

    __slots__ = ("_operation", "_started", "_upstream")

    def __init__(self, operation: str, upstream: str) -> None:
        self._operation, self._upstream = operation, upstream

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if _watchers:
            seconds = time.perf_counter() - self._started
            for watcher in _watchers:
                watcher(self._operation, self._upstream, seconds, error)


# Breakers -------------------------------------------------------------------------------------

Mover = Callable[[str, BreakerState], object]
_movers: list[Mover] = []


def add_mover(mover: Mover) -> None:
    """Add a watcher of this process's settlements that move a breaker: upstream and new state."""
    if mover not in _movers:
        _movers.append(mover)


def moved(upstream: str, state: BreakerState) -> None:
    """Tell. What goes wrong there is logged, for the settlement stands."""
    for mover in _movers:
        try:
            mover(upstream, state)
        except Exception:
            logger.exception("the breaker of %s is %s, and not everybody took it well", upstream, state)


# Holds ----------------------------------------------------------------------------------------

Holder = Callable[[str, bool], object]
_holders: list[Holder] = []


def add_holder(holder: Holder) -> None:
    """Add a watcher of the beginning and the end of each hold of this process: upstream, is it held."""
    if holder not in _holders:
        _holders.append(holder)


def hold_moved(upstream: str, is_held: bool) -> None:
    """Tell. What goes wrong there is logged, for the hold stands."""
    for holder in _holders:
        try:
            holder(upstream, is_held)
        except Exception:
            logger.exception("the hold of %s moved, and a listener failed", upstream)


# Threads --------------------------------------------------------------------------------------

FailureCounter = Callable[[str], object]
_failure_counters: list[FailureCounter] = []


def add_failure_counter(counter: FailureCounter) -> None:
    """Add a watcher of each failure or silence of a thread that serves all: the thread's name."""
    if counter not in _failure_counters:
        _failure_counters.append(counter)


def thread_failed(name: str) -> None:
    """Tell. A counter must not raise."""
    for counter in _failure_counters:
        counter(name)


# Changes --------------------------------------------------------------------------------------


class Listener(Protocol):
    def __call__(
        self,
        *,
        kind: str,
        key: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        author: str,
        reason: str,
    ) -> None: ...


_listeners: list[Listener] = []


def add_listener(listener: Listener) -> None:
    """Add a watcher of every change of a setting, in its transaction: an error there undoes the change."""
    if listener not in _listeners:
        _listeners.append(listener)


def report(**change: Any) -> None:
    for listener in _listeners:
        listener(**change)
