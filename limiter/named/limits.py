"""A named limit, as a call and as a decorator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast

from limiter.algorithms.limits import LimitRule, Verdict

from .settings import rule_of
from .stores import stores

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

    @property
    def rule(self) -> LimitRule:
        return rule_of(self.name)

    def take(self, *args: Any, **kwargs: Any) -> Verdict:
        """Spend the cost if it is free, and say so. The arguments are for a computed key and cost."""
        key, cost = self._of(args, kwargs)
        return stores().limits.take(self.rule, key, cost)

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
        """The same, off the event loop."""
        return await asyncio.to_thread(self.enforce, *args, **kwargs)

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
        key = self.key(*args, **kwargs) if callable(self.key) else self.key
        cost = self.cost(*args, **kwargs) if callable(self.cost) else self.cost
        return f"{self.name}:{_distinct(key)}", cost


def _distinct(key: object) -> str:
    """A text is itself. Of another type it has that type with it: 1, "1" and True are three keys."""
    if isinstance(key, str) and not key.startswith("\0"):
        return str(key)
    return f"\0{'str' if isinstance(key, str) else type(key).__qualname__}:{key}"


def limit(
    name: str, *, key: object | Callable[..., object] = "", cost: int | Callable[..., int] = 1
) -> Limit:
    """The limit of that name in the setting LIMITS."""
    return Limit(name, key, cost)
