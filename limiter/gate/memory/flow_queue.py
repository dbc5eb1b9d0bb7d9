"""A flow queue: the waiting jobs of one flow in one group, in the order in which they should run.

Jobs of one document and priority form a batch. Batches are ordered by priority, then by the
arrival of the batch's oldest job plus AGEING arrivals for every job it still has: the document with the
fewest sections left goes first, yet none is overtaken by more than AGEING later arrivals a section.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model import Ticket
from .ordered import Ordered

AGEING = 16
PRIORITY_LIMIT = 1_000  # priorities are clamped to this, both ways
FRONT = PRIORITY_LIMIT + 1  # the class of what was put at the very front
CLASS = 2**41  # arrivals never reach it, so a class is never left
LOOK_AHEAD = 100  # batches that `ahead` looks into; further ones count as one job each


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    flow: str
    group: str
    document: str
    tokens: int
    output: int
    reservation: int  # tokens, at the multiplier in force when it was offered
    priority: int
    arrival: int  # within the flow queue; negative at the front

    @property
    def batch(self) -> str:
        """A job without a document is a batch of its own, and so is one that was put at the front."""
        if not self.document or self.priority == FRONT:
            return f"j{self.id}"
        return f"d{self.priority}:{self.document}"

    @property
    def charge(self) -> int:
        """What fairness counts until the real usage is known."""
        return max(1, self.reservation)


def clamp(priority: int) -> int:
    return max(-PRIORITY_LIMIT, min(PRIORITY_LIMIT, priority))


@dataclass(slots=True)
class FlowQueue:
    """One flow's jobs in one group, and the weighted service that they had."""

    born: int = 0  # of the group that `service` was reckoned in
    service: float = 0.0
    references: int = 0  # waiting and running
    waiting: int = 0
    tail: int = 0
    head: int = 0
    order: Ordered = field(default_factory=Ordered)
    batches: dict[str, Ordered] = field(default_factory=dict)

    def arrive(self, ticket: Ticket, reservation: int, *, front: bool) -> Job:
        """Give a ticket its place in the order of arrival."""
        if front:
            self.head -= 1
        arrival = self.head if front else self.tail
        if not front:
            self.tail += 1
        priority = FRONT if front else clamp(ticket.priority)
        return Job(
            ticket.job, ticket.flow, ticket.group, ticket.document, max(0, ticket.tokens),
            max(0, ticket.output), reservation, priority, arrival,
        )  # fmt: skip

    def add(self, job: Job) -> None:
        self.waiting += 1
        batch = self.batches.setdefault(job.batch, Ordered())
        batch.add(job.id, job.arrival)
        self._place(job, batch)

    def remove(self, job: Job) -> None:
        self.waiting -= 1
        batch = self.batches[job.batch]
        batch.discard(job.id)
        if len(batch):
            self._place(job, batch)
        else:
            del self.batches[job.batch]
            self.order.discard(job.batch)

    def first(self) -> str:
        """The id of the next job; the queue must not be empty."""
        batch = self.order.head(1)[0]
        return self.batches[batch].head(1)[0]

    def ahead(self, job: Job) -> int:
        """Jobs of the queue that go before this one now."""
        rank = self.order.rank(job.batch)
        extra = sum(len(self.batches[batch]) - 1 for batch in self.order.head(min(rank, LOOK_AHEAD)))
        return rank + extra + self.batches[job.batch].rank(job.id)

    def _place(self, job: Job, batch: Ordered) -> None:
        self.order.add(job.batch, -job.priority * CLASS + batch.least() + AGEING * len(batch))
