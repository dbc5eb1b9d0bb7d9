"""At most so many at once, by name: as a context, as a decorator, and with a wait for one's turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast
from uuid import uuid4

from limiter.algorithms.concurrency import Answer, ConcurrencyRule
from limiter.gate.model import GateError
from limiter.named.keys import key_of
from limiter.named.settings import concurrency_of
from limiter.named.stores import stores
from limiter.named.stores.loops import loop_stores
from limiter.named.waiting import Wait

from .leases import Lease, renewals

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)
_entered: ContextVar[tuple[tuple[int, Lease], ...]] = ContextVar("limiter_entered", default=())


class ConcurrencyExceeded(Exception):
    """As many as may run at once do, and none ended in the time that the caller waits."""

    def __init__(self, name: str, answer: Answer) -> None:
        super().__init__(f"{name!r} has its {answer.in_force} at once, and {answer.ahead} wait.")
        self.name = name
        self.in_force = answer.in_force  # leases
        self.ahead = answer.ahead  # that wait before this one would


@dataclass(frozen=True, slots=True, eq=False)
class Concurrency:
    """Shared by all processes. A lease is renewed by a thread while it is held, and ends by itself where the
    process dies.

    Raises GateUnavailable where the shared store can't be reached.
    """

    name: str
    key: object | Callable[..., object] = ""
    wait: float = 0.0  # seconds for one's turn

    @property
    def rule(self) -> ConcurrencyRule:
        """What CONCURRENCY says of it. Raises ImproperlyConfigured where it says nothing, or nonsense."""
        return concurrency_of(self.name)

    def acquire(self, *args: Any, **kwargs: Any) -> Lease:
        """A lease, to be released; or ConcurrencyExceeded. The arguments are for a computed key."""
        lease, wait = self._new(args, kwargs), Wait(self.wait)
        store = lease.behind.concurrency
        answer = store.take(lease.rule, lease.key, lease.id, waits=wait.is_wanted)
        try:
            while not answer.held:
                store.sleep(lease.key, lease.id, self._pause(wait, answer))
                answer = store.take(lease.rule, lease.key, lease.id, waits=True)
        except BaseException:
            if wait.is_wanted:  # it stands in line
                self.release(lease)
            raise
        renewals().add(lease)
        return lease

    def release(self, lease: Lease) -> None:
        """End a lease. One of a store that is away ends by itself."""
        renewals().drop(lease)
        try:
            lease.behind.concurrency.give_back(lease.rule, lease.key, lease.id)
        except GateError as error:
            logger.warning("A lease of %s ends by itself: %s", self.name, error)

    async def aacquire(self, *args: Any, **kwargs: Any) -> Lease:
        """The same for a coroutine."""
        lease, wait = self._new(args, kwargs), Wait(self.wait)
        store = (await loop_stores()).concurrency
        answer = await store.take(lease.rule, lease.key, lease.id, waits=wait.is_wanted)
        try:
            while not answer.held:
                await store.sleep(lease.key, lease.id, self._pause(wait, answer))
                answer = await store.take(lease.rule, lease.key, lease.id, waits=True)
        except BaseException:
            if wait.is_wanted:
                await self.arelease(lease)
            raise
        renewals().add(lease)
        return lease

    async def arelease(self, lease: Lease) -> None:
        """End a lease: for a coroutine."""
        await asyncio.to_thread(renewals().drop, lease)  # it may wait for a renewal under way
        try:
            await (await loop_stores()).concurrency.give_back(lease.rule, lease.key, lease.id)
        except GateError as error:
            logger.warning("A lease of %s ends by itself: %s", self.name, error)

    def state(self, *args: Any, **kwargs: Any) -> tuple[int, int]:
        """Leases in force, and those that wait."""
        return stores().concurrency.state(key_of(self.name, self.key, args, kwargs))

    def __enter__(self) -> Lease:
        return self._enter(self.acquire())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release(self._leave())

    async def __aenter__(self) -> Lease:
        return self._enter(await self.aacquire())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.arelease(self._leave())

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Decorate: each call holds a lease while it runs."""
        if iscoroutinefunction(function):

            @wraps(function)
            async def limited_later(*args: P.args, **kwargs: P.kwargs) -> Any:
                lease = await self.aacquire(*args, **kwargs)
                try:
                    return await cast("Awaitable[Any]", function(*args, **kwargs))
                finally:
                    await self.arelease(lease)

            return cast("Callable[P, T]", limited_later)

        @wraps(function)
        def limited(*args: P.args, **kwargs: P.kwargs) -> T:
            lease = self.acquire(*args, **kwargs)
            try:
                return function(*args, **kwargs)
            finally:
                self.release(lease)

        return limited

    def _new(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Lease:
        key = key_of(self.name, self.key, args, kwargs)
        return Lease(self.name, key, uuid4().hex, self.rule, stores())

    def _pause(self, wait: Wait, answer: Answer) -> float:
        """Seconds until it may be its turn. Raises ConcurrencyExceeded."""
        pause = wait.pause(None if answer.ahead else answer.next_end)
        if not pause:
            raise ConcurrencyExceeded(self.name, answer)
        return pause

    def _enter(self, lease: Lease) -> Lease:
        _entered.set((*_entered.get(), (id(self), lease)))
        return lease

    def _leave(self) -> Lease:
        """The last one that was entered here."""
        entered = _entered.get()
        at = max(at for at, (limit, _) in enumerate(entered) if limit == id(self))
        _entered.set(entered[:at] + entered[at + 1 :])
        return entered[at][1]


def concurrency(name: str, *, key: object | Callable[..., object] = "", wait: float = 0.0) -> Concurrency:
    """The concurrency limit of that name in the setting CONCURRENCY; `wait` is seconds for one's turn.

    Raises ValueError for a wait that is no number of seconds.
    """
    Wait(wait)
    return Concurrency(name, key, wait)
