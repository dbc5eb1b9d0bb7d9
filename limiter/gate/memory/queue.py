"""The queue of an upstream: which job is next, by group, then flow, each by least weighted service.

Start-time fair queueing over tokens, as in the virtual token counter (Sheng et al., OSDI 2024): a flow queue
is charged when its job is admitted, so work in flight counts, and corrected by real usage at settle. A flow
queue or group that becomes runnable starts at the current virtual time: idling earns no credit, and what the
others got back is no debt of a newcomer's.

Bound: of two flow queues of one group, or of two groups, with a flow that may run in both, the weighted
service over any interval differs by at most the sum of both sides' max(charge / weight), and twice what the
estimates of what was in flight were ever wrong by, together and weighted.
tests/unit/gate/test_the_bound_of_fairness.py checks it.

A flow that may not run now is blocked: out of the choice, at no cost, until the moment or the event that
lets it run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf

from ..model import FlowPolicy, Reason, Ticket
from .flow import Flow
from .flow_queue import FlowQueue, Job, clamp
from .ordered import Ordered

LOOKS = 32  # flows that one choice may find unable to run
UNBLOCKED_AT_ONCE = 32  # blocked flows that one decision unblocks when they are due
PROBE_LOOK = 32  # of the cheapest jobs, how many a probe's choice looks at
FORGET_AFTER = 3600 * 1_000_000  # an idle flow or group keeps what it owes for an hour


@dataclass(slots=True)
class Group:
    name: str
    born: int
    weight: float = 1.0
    service: float = 0.0
    virtual: float = 0.0  # of its queues
    references: int = 0
    runnable: Ordered = field(default_factory=Ordered)


class UpstreamQueue:
    """The waiting jobs of one upstream."""

    def __init__(self, birth: int) -> None:
        self.birth = birth  # of this memory: nothing was refilled before
        self.cap: int | None = None  # for flows without one of their own
        self.virtual = 0.0  # of the groups
        self.births = 0
        self.jobs: dict[str, Job] = {}
        self.flows: dict[str, Flow] = {}
        self.groups: dict[str, Group] = {}
        self.policies: dict[str, FlowPolicy] = {}
        self.weights: dict[str, float] = {}
        self.runnable = Ordered()  # groups by service
        self.blocked = Ordered()  # flows by when they unblock
        self.by_cost = Ordered()  # jobs by reservation
        self.idle = Ordered()  # flows and groups without work, by since when

    # Coming and going -------------------------------------------------------------------------

    def enter(self, ticket: Ticket, reservation: int, now: int, *, front: bool = False) -> Job:
        flow, group, flow_queue = self._queue_of(ticket.flow, ticket.group)
        job = flow_queue.arrive(ticket, reservation, front=front)
        self.refer(flow, group, flow_queue)
        self.jobs[job.id] = job
        self.by_cost.add(job.id, job.reservation)
        flow_queue.add(job)
        if flow_queue.waiting == 1 and not flow.blocked:
            self._activate(flow, group, flow_queue)
        return job

    def leave(self, job: str, now: int) -> bool:
        """Take a job out for good. False: it does not wait."""
        found = self.jobs.get(job)
        if found is None:
            return False
        self.take(found)
        self.release(found.flow, found.group, now)
        return True

    def take(self, job: Job) -> None:
        """Take a job out of the order; its flow goes on counting it."""
        flow, group, flow_queue = self._queue_of(job.flow, job.group)
        del self.jobs[job.id]
        self.by_cost.discard(job.id)
        flow_queue.remove(job)
        if not flow_queue.waiting and not flow.blocked:
            self._deactivate(flow, group)

    def reprioritise(self, job: str, priority: int) -> bool:
        found = self.jobs.get(job)
        if found is None:
            return False
        _, _, flow_queue = self._queue_of(found.flow, found.group)
        moved = replace(found, priority=clamp(priority))
        flow_queue.remove(found)
        flow_queue.add(moved)
        self.jobs[job] = moved
        return True

    # The choice -------------------------------------------------------------------------------

    def choose(self, now: int) -> Job | None:
        """The next job; None where no flow may run now."""
        for _ in range(LOOKS):
            name = self.runnable.first()
            if name is None:
                return None
            flow = self.flows[self.groups[name].runnable.first() or ""]
            job = self.jobs[flow.queues[name].first()]
            refusal = flow.refusal(self.cap, job.reservation, now)
            if refusal is None:
                return job
            self.block(flow, *refusal)
        return None

    def cheapest(self, now: int) -> Job | None:
        """The smallest job of a flow that may run: what a probe risks."""
        for name in self.by_cost.head(PROBE_LOOK):
            job = self.jobs[name]
            flow = self.flows[job.flow]
            if not flow.blocked and flow.refusal(self.cap, job.reservation, now) is None:
                return job
        return None

    def charge(self, job: Job, *, turn: bool) -> tuple[float, float]:
        """Charge a job to its flow queue and group; return the weights it was charged at.

        Only the next job moves the virtual times: a probe may be taken from anywhere.
        """
        flow, group, flow_queue = self._queue_of(job.flow, job.group)
        if turn:
            self.virtual = max(self.virtual, group.service)
            group.virtual = max(group.virtual, flow_queue.service)
        self.correct(job.flow, job.group, job.charge / flow.weight, job.charge / group.weight)
        return flow.weight, group.weight

    def correct(self, flow_name: str, group_name: str, flow_by: float, group_by: float) -> None:
        """Change the service of a flow queue and of its group."""
        flow, owner, flow_queue = self._queue_of(flow_name, group_name)
        flow_queue.service += flow_by
        owner.service += group_by
        if flow.name in owner.runnable:
            owner.runnable.add(flow.name, flow_queue.service)
        if group_name in self.runnable:
            self.runnable.add(group_name, owner.service)

    def share(self, flow_name: str, group_name: str, amount: float, now: int) -> None:
        """Charge work that ran under another's lease."""
        flow, group, flow_queue = self._queue_of(flow_name, group_name)
        flow_queue.service = max(flow_queue.service, group.virtual)
        group.service = max(group.service, self.virtual)
        self.correct(flow_name, group_name, amount / flow.weight, amount / group.weight)
        self._rest(flow, group, now)

    # In flight, blocked, policies --------------------------------------------------------------

    def started(self, name: str, reservation: int, now: int) -> None:
        """One more in flight, and spent of what the flow has of its own."""
        flow = self.flows[name]
        flow.in_flight += 1
        flow.spend(reservation, now)
        if not flow.blocked and not flow.has_room(self.cap):
            self.block(flow, Reason.FLOW_IN_FLIGHT, None)

    def ended(self, name: str) -> None:
        flow = self.flows[name]
        flow.in_flight -= 1
        if flow.blocked and flow.why is Reason.FLOW_IN_FLIGHT and flow.has_room(self.cap):
            self.unblock(flow)

    def block(self, flow: Flow, why: Reason, until: int | None) -> None:
        """Take a flow that may not run out of the choice: from here on it costs nothing."""
        flow.blocked, flow.why, flow.until = True, why, until
        self.blocked.add(flow.name, inf if until is None else until)
        for group, _ in self._waiting(flow):
            self._deactivate(flow, group)

    def unblock(self, flow: Flow) -> None:
        """Back into the choice, which finds out whether it may run."""
        flow.blocked, flow.why, flow.until = False, None, None
        self.blocked.discard(flow.name)
        for group, flow_queue in self._waiting(flow):
            self._activate(flow, group, flow_queue)

    def unblock_due(self, now: int) -> None:
        for name in self.blocked.up_to(now, UNBLOCKED_AT_ONCE):
            self.unblock(self.flows[name])

    def next_unblocked(self) -> tuple[Reason, int | None] | None:
        """What the flow that is unblocked first waits for; None: no flow is blocked."""
        name = self.blocked.first()
        if name is None:
            return None
        flow = self.flows[name]
        return flow.why or Reason.FLOW_IN_FLIGHT, flow.until

    def review(self, flow: Flow) -> None:
        """Its limits changed: it may be able to run."""
        if flow.blocked and not flow.suspended and flow.has_room(self.cap):
            self.unblock(flow)

    def set_cap(self, cap: int | None) -> None:
        self.cap = cap
        for name in self.blocked:
            self.review(self.flows[name])

    def set_policy(self, name: str, policy: FlowPolicy, now: int) -> None:
        known = self.policies.get(name)
        if known is not None and known.version >= policy.version:
            return
        self.policies[name] = policy
        flow = self.flows.get(name)
        if flow is not None:
            flow.obey(policy, now, self.birth)
            self.review(flow)

    def set_weight(self, group: str, weight: float) -> None:
        self.weights[group] = weight
        if group in self.groups:
            self.groups[group].weight = weight

    # What is known of the order ---------------------------------------------------------------

    def jobs_between(self, group: str) -> int:
        """Jobs of all flows that start until a flow of this group has started one, at equal weights."""
        return max(1, len(self.runnable)) * max(1, len(self.groups[group].runnable))

    def ahead(self, job: Job) -> int:
        return self.flows[job.flow].queues[job.group].ahead(job)

    # Memory -----------------------------------------------------------------------------------

    def refer(self, flow: Flow, group: Group, flow_queue: FlowQueue) -> None:
        flow.references += 1
        group.references += 1
        flow_queue.references += 1
        self.idle.discard(f"f{flow.name}")
        self.idle.discard(f"g{group.name}")

    def release(self, flow_name: str, group_name: str, now: int) -> None:
        """A job is over: what has no work left is forgotten in time."""
        flow, group, flow_queue = self._queue_of(flow_name, group_name)
        flow.references -= 1
        group.references -= 1
        flow_queue.references -= 1
        self._rest(flow, group, now)

    def forget(self, now: int, limit: int) -> None:
        for member in self.idle.up_to(now - FORGET_AFTER, limit):
            self.idle.discard(member)
            name = member[1:]
            if member[0] == "g":
                del self.groups[name]
            elif self.flows[name].remembers(now):
                self.idle.add(member, now)  # what it spent today still counts
            else:
                self.blocked.discard(name)
                del self.flows[name]

    def install(self, flow_name: str, group_name: str, charge: int) -> tuple[float, float]:
        """Count and charge a job that is already running; return the weights it was charged at."""
        flow, group, flow_queue = self._queue_of(flow_name, group_name)
        self.refer(flow, group, flow_queue)
        flow_queue.service = max(flow_queue.service, group.virtual)
        group.service = max(group.service, self.virtual)
        self.correct(flow_name, group_name, charge / flow.weight, charge / group.weight)
        flow.in_flight += 1
        if not flow.blocked and not flow.has_room(self.cap):
            self.block(flow, Reason.FLOW_IN_FLIGHT, None)
        return flow.weight, group.weight

    # Parts ------------------------------------------------------------------------------------

    def _rest(self, flow: Flow, group: Group, now: int) -> None:
        """Note since when a flow and a group have no work."""
        if not flow.references:
            self.idle.add(f"f{flow.name}", now)
        if not group.references:
            self.idle.add(f"g{group.name}", now)

    def _queue_of(self, flow_name: str, group_name: str) -> tuple[Flow, Group, FlowQueue]:
        flow, group = self._flow(flow_name), self._group(group_name)
        flow_queue = flow.queues.get(group_name)
        if flow_queue is None or flow_queue.born != group.born:
            flow_queue = flow.queues[group_name] = FlowQueue(born=group.born)
        return flow, group, flow_queue

    def _flow(self, name: str) -> Flow:
        flow = self.flows.get(name)
        if flow is None:
            flow = self.flows[name] = Flow(name)
            flow.obey(self.policies.get(name, FlowPolicy(version=0)), self.birth, self.birth)
        return flow

    def _group(self, name: str) -> Group:
        group = self.groups.get(name)
        if group is None:
            self.births += 1
            group = self.groups[name] = Group(name, self.births, self.weights.get(name, 1.0))
        return group

    def _activate(self, flow: Flow, group: Group, flow_queue: FlowQueue) -> None:
        flow_queue.service = max(flow_queue.service, _level(group.virtual, group.runnable))
        if not len(group.runnable):
            group.service = max(group.service, _level(self.virtual, self.runnable))
            self.runnable.add(group.name, group.service)
        group.runnable.add(flow.name, flow_queue.service)

    def _deactivate(self, flow: Flow, group: Group) -> None:
        group.runnable.discard(flow.name)
        if not len(group.runnable):
            self.runnable.discard(group.name)

    def _waiting(self, flow: Flow) -> Iterator[tuple[Group, FlowQueue]]:
        return (
            (self.groups[name], flow_queue) for name, flow_queue in flow.queues.items() if flow_queue.waiting
        )


def _level(virtual: float, runnable: Ordered) -> float:
    """Where one that begins to wait stands: level with the least served, whom refunds may have brought back
    below the virtual time."""
    return min(virtual, runnable.least()) if len(runnable) else virtual
