"""`@gated`: what a job function tells the gate of each of its jobs, declared beside it.

    @job("calls")
    @gated(upstream="provider", group=lambda customer, text: customer, cost=lambda _, text: len(text) // 3)
    def call(customer, text): ...

    call.delay("gold", text)      # enqueue, enqueue_call, enqueue_many and enqueue_at do the same

A value holds for every job; a callable gets the job's arguments. What is given to enqueue goes before both.
The function stays what it is, and can be called as before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from ..base import bounds
from ..gate.model import Outcome
from .execution import current_execution

P = ParamSpec("P")
T = TypeVar("T")
Key = str | int | UUID
Outcomes = Mapping[type[BaseException], Outcome]

NAMES = {  # the field of a ticket, and what it is called here
    "gate_flow": "flow",
    "gate_group": "group",
    "gate_document": "document",
    "gate_priority": "priority",
    "gate_tokens": "cost",
    "gate_output": "output",
}
MARK = "__gated__"  # the attribute of a function that has a declaration


@dataclass(frozen=True, slots=True)
class Declaration:
    """The values of one function, by the fields of a ticket."""

    upstream: str | None
    values: Mapping[str, object]

    def fields(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Those of one job that are not `known`. Raises ValueError where a callable gave nonsense."""
        found = {}
        for field, value in self.values.items():
            if known.get(field) is None:
                given = value(*args, **kwargs) if callable(value) else value
                if given is not None:
                    found[field] = _checked(field, given)
        return found


def gated(
    *,
    upstream: str | None = None,
    flow: Key | Callable[..., Key | None] | None = None,
    group: Key | Callable[..., Key | None] | None = None,
    document: Key | Callable[..., Key | None] | None = None,
    priority: int | Callable[..., int | None] | None = None,
    cost: int | Callable[..., int | None] | None = None,
    output: int | Callable[..., int | None] | None = None,
    outcomes: Outcomes | None = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a job function. Raises ValueError for a value that could never hold.

    `upstream` is the one behind the queue: on another queue the job is refused. `cost` and `output` are
    tokens. `outcomes` says what an exception means: {TooManyRequests: Outcome.THROTTLED}; its `retry_after`,
    where it has one, is honoured. What is not listed counts as a failure of the provider.
    """
    given = (flow, group, document, priority, cost, output)
    values = {field: value for field, value in zip(NAMES, given, strict=True) if value is not None}
    for field, value in values.items():
        if not callable(value):
            _checked(field, value)
    if upstream == "":
        raise ValueError(f"upstream is {upstream!r}: expected its name.")
    kinds = _outcomes(outcomes or {})

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        declared = _watched(function, kinds) if kinds else function
        setattr(declared, MARK, Declaration(upstream, values))
        return declared

    return declare


def declaration_of(function: object) -> Declaration | None:
    """Of a function named by its path nothing is known: it is not imported for this."""
    found = getattr(function, MARK, None)
    return found if isinstance(found, Declaration) else None


def _checked(field: str, value: object) -> object:
    name = NAMES[field]
    if field in bounds.NUMBERS:
        return bounds.whole(name, value, *bounds.NUMBERS[field])
    if isinstance(value, bool) or not isinstance(value, str | int | UUID):
        raise ValueError(f"{name} is {value!r}: expected a text, a whole number or a UUID.")
    return str(value)


def _outcomes(given: Mapping[Any, Any]) -> Outcomes:
    for error, outcome in given.items():
        if not (isinstance(error, type) and issubclass(error, BaseException)):
            raise ValueError(f"outcomes has {error!r}: expected classes of exceptions.")
        if not isinstance(outcome, Outcome):
            raise ValueError(f"outcomes[{error.__name__}] is {outcome!r}: expected a limiter.gate.Outcome.")
    return dict(given)


def _watched(function: Callable[P, T], kinds: Outcomes) -> Callable[P, T]:
    """The function, with its exceptions reported as what they mean."""
    if iscoroutinefunction(function):

        @wraps(function)
        async def watched_later(*args: P.args, **kwargs: P.kwargs) -> Any:
            with _reported(kinds):
                return await cast("Awaitable[Any]", function(*args, **kwargs))

        return cast("Callable[P, T]", watched_later)

    @wraps(function)
    def watched(*args: P.args, **kwargs: P.kwargs) -> T:
        with _reported(kinds):
            return function(*args, **kwargs)

    return watched


@contextmanager
def _reported(kinds: Outcomes) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        execution = current_execution()
        meant = next((kinds[kind] for kind in type(error).__mro__ if kind in kinds), None)
        if execution is not None and execution.outcome is None and meant is not None:
            after = getattr(error, "retry_after", None)
            wait = bounds.wait(after) if isinstance(after, int | float) else 0.0
            execution.report(meant, execution.usage, retry_after=wait)
        raise
