"""The jobs of one flow in one group, in the order in which the flow would have them run.

Jobs of one document and priority form a bunch. A lane's bunches are ordered by priority, then by the
arrival of the bunch's oldest job plus AGEING arrivals for every job it still has: the document with the
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
LOOK_AHEAD = 100  # bunches that `ahead` looks into; further ones count as one job each


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    flow: str
    group: str
    document: str
    tokens: int
    output: int
    hold: int  # what the provider holds, at the multiplier of the day it came in line
    priority: int
    arrival: int  # within the lane; negative at the front

    @property
    def bunch(self) -> str:
        """A job without a document is a bunch of its own, and so is one that was put at the front."""
        if not self.document or self.priority == FRONT:
            return f"j{self.id}"
        return f"d{self.priority}:{self.document}"

    @property
    def charge(self) -> int:
        """What fairness reckons with until the real usage is known."""
        return max(1, self.hold)


def clamp(priority: int) -> int:
    return max(-PRIORITY_LIMIT, min(PRIORITY_LIMIT, priority))


@dataclass(slots=True)
class Lane:
    """One flow's jobs in one group, and the weighted service that they had."""

    born: int = 0  # of the group that `service` was reckoned in
    service: float = 0.0
    holds: int = 0  # waiting and running
    waiting: int = 0
    tail: int = 0
    head: int = 0
    order: Ordered = field(default_factory=Ordered)
    bunches: dict[str, Ordered] = field(default_factory=dict)

    def arrive(self, ticket: Ticket, hold: int, *, front: bool) -> Job:
        """Give a ticket its place in the order of arrival."""
        if front:
            self.head -= 1
        arrival = self.head if front else self.tail
        if not front:
            self.tail += 1
        priority = FRONT if front else clamp(ticket.priority)
        return Job(
            ticket.job, ticket.flow, ticket.group, ticket.document, max(0, ticket.tokens),
            max(0, ticket.output), hold, priority, arrival,
        )  # fmt: skip

    def add(self, job: Job) -> None:
        self.waiting += 1
        bunch = self.bunches.setdefault(job.bunch, Ordered())
        bunch.add(job.id, job.arrival)
        self._place(job, bunch)

    def remove(self, job: Job) -> None:
        self.waiting -= 1
        bunch = self.bunches[job.bunch]
        bunch.discard(job.id)
        if len(bunch):
            self._place(job, bunch)
        else:
            del self.bunches[job.bunch]
            self.order.discard(job.bunch)

    def first(self) -> str:
        """The id of the job whose turn it is; the lane must not be empty."""
        bunch = self.order.head(1)[0]
        return self.bunches[bunch].head(1)[0]

    def ahead(self, job: Job) -> int:
        """Jobs of the lane that go before this one, as things stand."""
        rank = self.order.rank(job.bunch)
        extra = sum(len(self.bunches[bunch]) - 1 for bunch in self.order.head(min(rank, LOOK_AHEAD)))
        return rank + extra + self.bunches[job.bunch].rank(job.id)

    def _place(self, job: Job, bunch: Ordered) -> None:
        self.order.add(job.bunch, -job.priority * CLASS + bunch.least() + AGEING * len(bunch))
