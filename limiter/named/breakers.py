"""A named circuit breaker around any call."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from limiter.algorithms.breakers import BreakerSpec, Permit
from limiter.base import bounds
from limiter.gate.model import BreakerState, GateError, Outcome

from .settings import level_of, spec_of
from .stores import stores
from .stores.loops import loop_stores

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

    A breaker without its own store lets calls through: it must not be what fails.
    """

    name: str
    failures: tuple[type[BaseException], ...] = (Exception,)

    @property
    def spec(self) -> BreakerSpec:
        """What BREAKERS says of it. Raises ImproperlyConfigured where it says nothing, or nonsense."""
        return spec_of(self.name)

    @property
    def state(self) -> BreakerState:
        """Raises GateUnavailable where the shared store can't be reached."""
        return stores().breakers.state(self.name, self.spec)

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call it, or raise CircuitOpenError at once."""
        try:
            permit = self._permitted(stores().breakers.allow(self.name, self.spec))
        except GateError as error:
            self._log("can't be asked, so the call is made", error)
            return function(*args, **kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            self._record(permit, *self._meaning(error))
            raise
        self._record(permit, Outcome.SUCCESS)
        return result

    async def acall(self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a coroutine function."""
        try:
            permit = self._permitted(await (await loop_stores()).breakers.allow(self.name, self.spec))
        except GateError as error:
            self._log("can't be asked, so the call is made", error)
            return await function(*args, **kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            await self._arecord(permit, *self._meaning(error))
            raise
        await self._arecord(permit, Outcome.SUCCESS)
        return result

    def _permitted(self, permit: Permit) -> Permit:
        if not permit.admitted:
            raise CircuitOpenError(self.name, permit.retry_after)
        return permit

    def _meaning(self, error: BaseException) -> tuple[Outcome, float]:
        """What an exception says of the service, and for how long it asks to be left alone."""
        if not isinstance(error, self.failures):
            return Outcome.REJECTED, 0.0
        after = getattr(error, "retry_after", None)
        return Outcome.FAILURE, bounds.wait(after) if isinstance(after, int | float) else 0.0

    def _record(self, permit: Permit, outcome: Outcome, retry_after: float = 0.0) -> None:
        try:
            stores().breakers.record(self.name, self.spec, permit, outcome, retry_after)
        except GateError as error:
            self._log(f"could not record a {outcome.value}", error)

    async def _arecord(self, permit: Permit, outcome: Outcome, retry_after: float = 0.0) -> None:
        try:
            store = (await loop_stores()).breakers
            await store.record(self.name, self.spec, permit, outcome, retry_after)
        except GateError as error:
            self._log(f"could not record a {outcome.value}", error)

    def _log(self, words: str, error: GateError) -> None:
        logger.log(level_of(error), "The breaker %s %s: %s", self.name, words, error)


def breaker(name: str, *, failures: tuple[type[BaseException], ...] = (Exception,)) -> Breaker:
    """The breaker of that name in the setting BREAKERS. `failures` are the exceptions that count.

    Raises ValueError where they are none; how many of them trip it stands in the settings.
    """
    _must_be_exceptions(failures)
    return Breaker(name, failures)


def _must_be_exceptions(failures: Any) -> None:
    if not isinstance(failures, tuple) or not all(
        isinstance(kind, type) and issubclass(kind, BaseException) for kind in failures
    ):
        raise ValueError(f"failures is {failures!r}: expected a tuple of classes of exceptions.")
