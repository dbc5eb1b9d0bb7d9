"""A named limit, as a call and as a decorator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast
from uuid import uuid4

from limiter.algorithms.limits import LimitRule, Turn, Verdict

from .keys import key_of
from .settings import rule_of
from .stores import stores
from .stores.loops import loop_stores
from .waiting import Wait

P = ParamSpec("P")
T = TypeVar("T")


class LimitExceeded(Exception):
    """Too much in too short a time."""

    def __init__(self, name: str, verdict: Verdict) -> None:
        super().__init__(f"The limit {name!r} allows this again in {verdict.retry_after:.3f} s.")
        self.name = name
        self.verdict = verdict

    @property
    def retry_after(self) -> float:
        """Seconds."""
        return self.verdict.retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """What is limited by itself is its key: an address, an account. A decorator may compute key and cost
    from the arguments of each call.

    Raises GateUnavailable where the shared store can't be reached.
    """

    name: str
    key: object | Callable[..., object] = ""
    cost: int | Callable[..., int] = 1
    wait: float = 0.0  # seconds for one's turn, in the order of those that wait

    @property
    def rule(self) -> LimitRule:
        """What LIMITS says of it. Raises ImproperlyConfigured where it says nothing, or nonsense."""
        return rule_of(self.name)

    def take(self, *args: Any, **kwargs: Any) -> Verdict:
        """Spend the cost if it is free, or when it is within the wait, and say so. The arguments are for a
        computed key and cost."""
        key, cost = self._of(args, kwargs)
        rule, wait, store = self.rule, Wait(self.wait), stores().limits
        if not wait.is_wanted:
            return store.take(rule, key, cost)
        id = uuid4().hex
        turn = store.take_in_turn(rule, key, cost, id)
        try:
            while not turn.taken and (pause := _pause(wait, turn)):
                store.sleep(rule, key, id, pause)
                turn = store.take_in_turn(rule, key, cost, id)
        finally:
            if not turn.taken:
                store.give_up(rule, key, id)
        return turn.answer

    async def atake(self, *args: Any, **kwargs: Any) -> Verdict:
        """The same for a coroutine."""
        key, cost = self._of(args, kwargs)
        rule, wait, store = self.rule, Wait(self.wait), (await loop_stores()).limits
        if not wait.is_wanted:
            return await store.take(rule, key, cost)
        id = uuid4().hex
        turn = await store.take_in_turn(rule, key, cost, id)
        try:
            while not turn.taken and (pause := _pause(wait, turn)):
                await store.sleep(rule, key, id, pause)
                turn = await store.take_in_turn(rule, key, cost, id)
        finally:
            if not turn.taken:
                await store.give_up(rule, key, id)
        return turn.answer

    def peek(self, *args: Any, **kwargs: Any) -> Verdict:
        """What take would answer. Spends nothing."""
        key, cost = self._of(args, kwargs)
        return stores().limits.peek(self.rule, key, cost)

    def enforce(self, *args: Any, **kwargs: Any) -> Verdict:
        """Take, or raise LimitExceeded."""
        verdict = self.take(*args, **kwargs)
        if not verdict.allowed:
            raise LimitExceeded(self.name, verdict)
        return verdict

    async def aenforce(self, *args: Any, **kwargs: Any) -> Verdict:
        """Take, or raise LimitExceeded: for a coroutine."""
        verdict = await self.atake(*args, **kwargs)
        if not verdict.allowed:
            raise LimitExceeded(self.name, verdict)
        return verdict

    def charge(self, units: int) -> Verdict:
        """Spend whatever is left, into debt, or give back with a negative number. Raises Unable where the
        algorithm can't."""
        return stores().limits.charge(self.rule, self._of((), {})[0], units)

    def set_rate(self, share: float) -> Verdict:
        """Let an adaptive limit run at this share of its configured rate, within floor and ceiling."""
        return stores().limits.set_rate(self.rule, self._of((), {})[0], share)

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Decorate: each call is enforced before it runs."""
        if iscoroutinefunction(function):

            @wraps(function)
            async def limited_later(*args: P.args, **kwargs: P.kwargs) -> Any:
                await self.aenforce(*args, **kwargs)
                return await cast("Awaitable[Any]", function(*args, **kwargs))

            return cast("Callable[P, T]", limited_later)

        @wraps(function)
        def limited(*args: P.args, **kwargs: P.kwargs) -> T:
            self.enforce(*args, **kwargs)
            return function(*args, **kwargs)

        return limited

    def _of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, int]:
        cost = self.cost(*args, **kwargs) if callable(self.cost) else self.cost
        return key_of(self.name, self.key, args, kwargs), cost


def _pause(wait: Wait, turn: Turn) -> float:
    """Until it is free, or until those ahead have gone on."""
    return wait.pause(None if turn.ahead else turn.verdict.wait)


def limit(
    name: str,
    *,
    key: object | Callable[..., object] = "",
    cost: int | Callable[..., int] = 1,
    wait: float = 0.0,
) -> Limit:
    """The limit of that name in the setting LIMITS; `wait` is seconds for one's turn.

    Raises ValueError for a wait that is no number of seconds.
    """
    Wait(wait)
    return Limit(name, key, cost, wait)
