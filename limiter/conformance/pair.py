"""The reference and the gate that is tested, driven by the same steps: what the state machines stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from limiter.gate import Admission, Event, Gate, Lease, Status
from limiter.gate.memory import MemoryGate

from .backend import Backend
from .clock import Clock

Named = TypeVar("Named", Lease, Status, Event)


class Pair(RuleBasedStateMachine):
    """Each answer of both is compared. The reference is the gate in memory, which is plain Python."""

    backend: ClassVar[Backend]
    reference: Gate
    gate: Gate

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.numbers = count()
        self.begin_anew()

    @classmethod
    def of(cls, backend: Backend) -> type[Pair]:
        return type(cls.__name__, (cls,), {"backend": backend})

    def begin_anew(self) -> None:
        self.clock.followers.clear()
        self.reference = MemoryGate(self.clock.seconds, random=self.clock.random)
        self.gate = self.backend.make(self.clock)

    def lose_memory(self) -> None:
        """Both forget everything, as where a server lost its data."""
        self.begin_anew()
        self.clock.advance(1)  # an epoch is named by its moment

    def admit_both(self, upstream: str, k: int, ids: list[str]) -> tuple[Admission, Admission]:
        """What both gates admit, under these ids; they must admit alike."""
        expected = self.reference.admit(upstream, k, ids=ids)
        admitted = self.gate.admit(upstream, k, ids=ids)
        assert comparable(admitted) == comparable(expected)
        return expected, admitted

    def lease_ids(self, k: int) -> list[str]:
        return [f"lease{next(self.numbers)}" for _ in range(k)]

    def both(self, call: str, *args: object, **named: object) -> object:
        """What both gates answer; they must answer alike."""
        expected = getattr(self.reference, call)(*args, **named)
        answered = getattr(self.gate, call)(*args, **named)
        assert answered == expected
        return expected

    def both_stand_alike(self, upstream: str) -> None:
        expected, shown = self.reference.status(upstream), self.gate.status(upstream)
        assert without_epoch(shown) == without_epoch(expected)


def without_epoch(value: Named) -> Named:
    """Epochs are random names: two gates never share one."""
    return replace(value, epoch="")


def nameless(values: Sequence[Named]) -> list[Named]:
    return [without_epoch(each) for each in values]


def comparable(admission: Admission) -> Admission:
    return replace(admission, leases=tuple(nameless(admission.leases)))
