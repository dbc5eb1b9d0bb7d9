"""A named circuit breaker around any call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from limiter import bounds
from limiter.circuits import Circuit, Permit
from limiter.gate.model import BreakerState, GateError, Outcome

from .settings import circuit_of
from .stores import stores

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class CircuitOpenError(Exception):
    """What stands behind this breaker is failing: the call was not made."""

    def __init__(self, name: str, retry_after: float | None) -> None:
        when = "later" if retry_after is None else f"in {retry_after:.3f} s"
        super().__init__(f"The breaker {name!r} is open; try again {when}.")
        self.name = name
        self.retry_after = retry_after  # seconds; None: when a probe has ended, or an operator decides


@dataclass(frozen=True, slots=True)
class Breaker:
    """Shared by all processes. Only exceptions of the kinds in `failures` speak against the service; every
    exception passes through as it is.

    A breaker whose own store is away lets calls through: it must not be what fails.
    """

    name: str
    failures: tuple[type[BaseException], ...] = (Exception,)

    @property
    def circuit(self) -> Circuit:
        return circuit_of(self.name)

    @property
    def state(self) -> BreakerState:
        """Raises GateUnavailable where the shared store can't be reached."""
        return stores().circuits.state(self.name, self.circuit)

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it, or raise CircuitOpenError at once."""
        with self._watching(self._ask()):
            return function(*args, **kwargs)

    async def acall(self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a coroutine function; the store is asked off the event loop."""
        permit = await asyncio.to_thread(self._ask)
        with self._watching(permit):
            return await function(*args, **kwargs)

    def _ask(self) -> Permit | None:
        try:
            permit = stores().circuits.ask(self.name, self.circuit)
        except GateError as error:
            logger.warning("The breaker %s can't be asked, so the call is made: %s", self.name, error)
            return None
        if not permit.admitted:
            raise CircuitOpenError(self.name, permit.retry_after)
        return permit

    @contextmanager
    def _watching(self, permit: Permit | None) -> Iterator[None]:
        try:
            yield
        except self.failures as error:
            self._tell(permit, Outcome.FAILURE, _seconds(getattr(error, "retry_after", None)))
            raise
        except BaseException:
            self._tell(permit, Outcome.REJECTED)
            raise
        self._tell(permit, Outcome.SUCCESS)

    def _tell(self, permit: Permit | None, outcome: Outcome, retry_after: float = 0.0) -> None:
        if permit is None:
            return
        try:
            stores().circuits.tell(self.name, self.circuit, permit, outcome, retry_after)
        except GateError as error:
            logger.warning("The breaker %s was not told of a %s: %s", self.name, outcome.value, error)


def breaker(name: str, *, failures: tuple[type[BaseException], ...] = (Exception,)) -> Breaker:
    """The breaker of that name in the setting BREAKERS. `failures` are the exceptions that count."""
    return Breaker(name, failures)


def _seconds(said: object) -> float:
    return bounds.wait(said) if isinstance(said, int | float) else 0.0
