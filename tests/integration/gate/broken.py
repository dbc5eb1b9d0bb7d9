"""Backends with one mistake each, for the kit to notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from limiter.conformance import Backend, Clock
from limiter.gate import Admission, FlowPolicy, Lease, Settlement, UpstreamConfig
from limiter.gate.memory import MemoryGate


class OneMore(MemoryGate):
    """Lets one more run at once than may."""

    def configure(self, config: UpstreamConfig) -> bool:
        most = config.max_in_flight
        return super().configure(replace(config, max_in_flight=None if most is None else most + 1))


class Forgetful(MemoryGate):
    """Forgets each seventh settlement, and says that it has taken it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._settled = count(1)

    def settle(self, upstream: str, lease: str, *args: Any, **named: Any) -> Settlement:
        if next(self._settled) % 7 == 0:
            return Settlement(True, self.status(upstream).breaker)
        return super().settle(upstream, lease, *args, **named)


class Unfair(MemoryGate):
    """Serves whoever came first: all are of one flow."""

    def set_policies(
        self, upstream: str, *, flows: Mapping[str, FlowPolicy], groups: Mapping[str, float]
    ) -> None:
        super().set_policies(upstream, flows={}, groups={})


class Twice(MemoryGate):
    """Gives what it gave last a second time, where it has nothing else to give."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._last: Lease | None = None

    def admit(self, upstream: str, k: int = 1, *, ids: Sequence[str] | None = None) -> Admission:
        admission = super().admit(upstream, k, ids=ids)
        if admission.leases:
            self._last = admission.leases[-1]
        elif self._last is not None:
            again, self._last = self._last, None
            return replace(admission, leases=(replace(again, id=ids[0] if ids else f"{again.id}:2"),))
        return admission


def backend(gate: type[MemoryGate]) -> Callable[[], Backend]:
    def made() -> Backend:
        kept = gate()

        def on(clock: Clock) -> MemoryGate:
            return gate(clock.seconds, random=clock.random)

        return Backend(on, connect=lambda: kept, is_shared=False)

    return made


one_more, forgetful, unfair, twice = map(backend, (OneMore, Forgetful, Unfair, Twice))
