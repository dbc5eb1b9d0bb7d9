"""One flow's jobs in one group, deep and in few documents: both gates have them in the same order.

The machine that drives everything has flow queues of few jobs. Here all goes into one, and
nothing limits it.
"""

from __future__ import annotations

from string import ascii_lowercase

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from limiter.gate import Ticket, UpstreamConfig

from ..pair import Pair
from .values import PICK, U

FLOW, GROUP = "ann", "maths"
DOCUMENTS = st.sampled_from(["", "a", "b", "ab"])
PRIORITIES = st.sampled_from([0, 0, 0, 1])


class OneFlowQueue(Pair):
    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[str] = []

    @initialize()
    def begin(self) -> None:
        self.both("configure", UpstreamConfig(U, 1))

    @rule(
        documents=st.lists(DOCUMENTS, min_size=1, max_size=8),
        priority=PRIORITIES,
        front=st.sampled_from([False, False, False, True]),
    )
    def hand_in(self, documents: list[str], priority: int, front: bool) -> None:
        for document in documents:
            number = next(self.numbers)
            job = ascii_lowercase[number * 7 % 26] * (1 + number % 3) + str(number)
            ticket = Ticket(job, FLOW, GROUP, priority=priority, document=document, tokens=number, output=2)
            self.both("offer", U, ticket, front=front)
            self.waiting.append(job)

    @rule(document=DOCUMENTS, others=DOCUMENTS | st.just(""), size=st.integers(8, 24), run=st.booleans())
    def hand_in_with_others_between(self, document: str, others: str, size: int, run: bool) -> None:
        """What is left of a document came so long after what went that others overtake it."""
        self.hand_in([document, *[others] * size, document], 0, False)
        if run:
            self.admit(size + 2)

    @rule(k=st.integers(1, 24))
    def admit(self, k: int) -> None:
        ours, _ = self.admit_both(U, k, self.lease_ids(k))
        for lease in ours.leases:
            self.waiting.remove(lease.job)

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        if self.waiting:
            job = self.waiting.pop(pick % len(self.waiting))
            assert self.both("cancel", U, job)

    @rule(pick=PICK, priority=PRIORITIES)
    def reprioritise(self, pick: int, priority: int) -> None:
        if self.waiting:
            job = self.waiting[pick % len(self.waiting)]
            assert self.both("reprioritise", U, job, priority)

    @rule(pick=PICK)
    def explain(self, pick: int) -> None:
        if self.waiting:
            job = self.waiting[pick % len(self.waiting)]
            self.both("explain", U, job)

    @invariant()
    def as_many_wait(self) -> None:
        for gate in (self.reference, self.gate):
            assert gate.status(U).waiting == len(self.waiting)
