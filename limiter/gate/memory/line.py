"""Who is next: groups, then flows, each by least weighted service.

Start-time fair queueing over tokens, as in the virtual token counter (Sheng et al., OSDI 2024): a lane is
charged when its job is admitted, so work in flight counts, and corrected by real usage at settle. A lane or
group that becomes runnable starts at the current virtual time: idling earns no credit, and what others got
back is no debt of a newcomer's.

Bound: of two lanes of one group, or of two groups, that both have somebody who may run, the weighted service
over any interval differs by at most the sum of both sides' max(charge / weight), and twice what the estimates
of what was in flight were ever wrong by, together and weighted. tests/unit/gate/test_the_bound_of_fairness.py
checks it.

A flow that may not run now is parked: out of the choice, at no cost, until the moment or the event that
lets it run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf

from ..model import FlowPolicy, Reason, Ticket
from .flow import Flow
from .lane import Job, Lane, clamp
from .ordered import Ordered

LOOKS = 32  # flows that one choice may find unable to run
WAKES = 32  # parked flows whose moment has come that one decision wakes
PROBE_LOOK = 32  # of the cheapest jobs, how many a probe's choice looks at
FORGET_AFTER = 3600 * 1_000_000  # an idle flow or group keeps what it owes for an hour


@dataclass(slots=True)
class Group:
    name: str
    born: int
    weight: float = 1.0
    service: float = 0.0
    virtual: float = 0.0  # of its lanes
    holds: int = 0
    runnable: Ordered = field(default_factory=Ordered)


class Line:
    """The waiting jobs of one upstream."""

    def __init__(self, birth: int) -> None:
        self.birth = birth  # of this memory: until then nobody had refilled anything
        self.cap: int | None = None  # for flows without one of their own
        self.virtual = 0.0  # of the groups
        self.births = 0
        self.jobs: dict[str, Job] = {}
        self.flows: dict[str, Flow] = {}
        self.groups: dict[str, Group] = {}
        self.policies: dict[str, FlowPolicy] = {}
        self.weights: dict[str, float] = {}
        self.runnable = Ordered()  # groups by service
        self.parked = Ordered()  # flows by when they wake
        self.sizes = Ordered()  # jobs by what they hold
        self.idle = Ordered()  # flows and groups without work, by since when

    # Coming and going -------------------------------------------------------------------------

    def enter(self, ticket: Ticket, hold: int, now: int, *, front: bool = False) -> Job:
        flow, group, lane = self._lane(ticket.flow, ticket.group)
        job = lane.arrive(ticket, hold, front=front)
        self.hold(flow, group, lane)
        self.jobs[job.id] = job
        self.sizes.add(job.id, job.hold)
        lane.add(job)
        if lane.waiting == 1 and not flow.parked:
            self._activate(flow, group, lane)
        return job

    def leave(self, job: str, now: int) -> bool:
        """Take a job out for good. False: it is not in line."""
        found = self.jobs.get(job)
        if found is None:
            return False
        self.take(found)
        self.release(found.flow, found.group, now)
        return True

    def take(self, job: Job) -> None:
        """Take a job out of the order; its flow goes on holding it."""
        flow, group, lane = self._lane(job.flow, job.group)
        del self.jobs[job.id]
        self.sizes.discard(job.id)
        lane.remove(job)
        if not lane.waiting and not flow.parked:
            self._deactivate(flow, group)

    def reprioritise(self, job: str, priority: int) -> bool:
        found = self.jobs.get(job)
        if found is None:
            return False
        _, _, lane = self._lane(found.flow, found.group)
        moved = replace(found, priority=clamp(priority))
        lane.remove(found)
        lane.add(moved)
        self.jobs[job] = moved
        return True

    # The choice -------------------------------------------------------------------------------

    def choose(self, now: int) -> Job | None:
        """The job whose turn it is; None where no flow may run now."""
        for _ in range(LOOKS):
            name = self.runnable.first()
            if name is None:
                return None
            flow = self.flows[self.groups[name].runnable.first() or ""]
            job = self.jobs[flow.lanes[name].first()]
            refusal = flow.refusal(self.cap, job.hold, now)
            if refusal is None:
                return job
            self.park(flow, *refusal)
        return None

    def cheapest(self, now: int) -> Job | None:
        """The smallest job whose flow may run: what a probe risks."""
        for name in self.sizes.head(PROBE_LOOK):
            job = self.jobs[name]
            flow = self.flows[job.flow]
            if not flow.parked and flow.refusal(self.cap, job.hold, now) is None:
                return job
        return None

    def charge(self, job: Job, *, turn: bool) -> tuple[float, float]:
        """Charge a job to its lane and group; return the weights it was charged at.

        Only a job whose turn it was moves the virtual times: a probe may be taken from anywhere.
        """
        flow, group, lane = self._lane(job.flow, job.group)
        if turn:
            self.virtual = max(self.virtual, group.service)
            group.virtual = max(group.virtual, lane.service)
        self.correct(job.flow, job.group, job.charge / flow.weight, job.charge / group.weight)
        return flow.weight, group.weight

    def correct(self, flow_name: str, group_name: str, lane_by: float, group_by: float) -> None:
        """Change the service of a lane and of its group."""
        flow, owner, lane = self._lane(flow_name, group_name)
        lane.service += lane_by
        owner.service += group_by
        if flow.name in owner.runnable:
            owner.runnable.add(flow.name, lane.service)
        if group_name in self.runnable:
            self.runnable.add(group_name, owner.service)

    def share(self, flow_name: str, group_name: str, amount: float, now: int) -> None:
        """Charge work that ran under another's lease."""
        flow, group, lane = self._lane(flow_name, group_name)
        lane.service = max(lane.service, group.virtual)
        group.service = max(group.service, self.virtual)
        self.correct(flow_name, group_name, amount / flow.weight, amount / group.weight)
        self._rest(flow, group, now)

    # In flight, parked, policies --------------------------------------------------------------

    def started(self, name: str, hold: int, now: int) -> None:
        """One more in flight, and spent of what the flow has of its own."""
        flow = self.flows[name]
        flow.in_flight += 1
        flow.spend(hold, now)
        if not flow.parked and not flow.has_room(self.cap):
            self.park(flow, Reason.FLOW_IN_FLIGHT, None)

    def ended(self, name: str) -> None:
        flow = self.flows[name]
        flow.in_flight -= 1
        if flow.parked and flow.why is Reason.FLOW_IN_FLIGHT and flow.has_room(self.cap):
            self.wake(flow)

    def park(self, flow: Flow, why: Reason, until: int | None) -> None:
        """Take a flow that may not run out of the choice: from here on it costs nothing."""
        flow.parked, flow.why, flow.until = True, why, until
        self.parked.add(flow.name, inf if until is None else until)
        for group, _ in self._waiting(flow):
            self._deactivate(flow, group)

    def wake(self, flow: Flow) -> None:
        """Back into the choice, which finds out whether it may run."""
        flow.parked, flow.why, flow.until = False, None, None
        self.parked.discard(flow.name)
        for group, lane in self._waiting(flow):
            self._activate(flow, group, lane)

    def wake_due(self, now: int) -> None:
        for name in self.parked.up_to(now, WAKES):
            self.wake(self.flows[name])

    def next_wake(self) -> tuple[Reason, int | None] | None:
        """What the parked flow that wakes first waits for; None: nobody is parked."""
        name = self.parked.first()
        if name is None:
            return None
        flow = self.flows[name]
        return flow.why or Reason.FLOW_IN_FLIGHT, flow.until

    def review(self, flow: Flow) -> None:
        """Its limits changed: it may be able to run."""
        if flow.parked and not flow.suspended and flow.has_room(self.cap):
            self.wake(flow)

    def set_cap(self, cap: int | None) -> None:
        self.cap = cap
        for name in self.parked:
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

    # What the line knows ----------------------------------------------------------------------

    def turns(self, group: str) -> int:
        """Turns that pass until a lane of this group has had one, at equal weights."""
        return max(1, len(self.runnable)) * max(1, len(self.groups[group].runnable))

    def ahead(self, job: Job) -> int:
        return self.flows[job.flow].lanes[job.group].ahead(job)

    # Memory -----------------------------------------------------------------------------------

    def hold(self, flow: Flow, group: Group, lane: Lane) -> None:
        flow.holds += 1
        group.holds += 1
        lane.holds += 1
        self.idle.discard(f"f{flow.name}")
        self.idle.discard(f"g{group.name}")

    def release(self, flow_name: str, group_name: str, now: int) -> None:
        """A job is over: what has no work left is forgotten in time."""
        flow, group, lane = self._lane(flow_name, group_name)
        flow.holds -= 1
        group.holds -= 1
        lane.holds -= 1
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
                self.parked.discard(name)
                del self.flows[name]

    def install(self, flow_name: str, group_name: str, charge: int) -> tuple[float, float]:
        """Hold and charge a job that is already running; return the weights it was charged at."""
        flow, group, lane = self._lane(flow_name, group_name)
        self.hold(flow, group, lane)
        lane.service = max(lane.service, group.virtual)
        group.service = max(group.service, self.virtual)
        self.correct(flow_name, group_name, charge / flow.weight, charge / group.weight)
        flow.in_flight += 1
        if not flow.parked and not flow.has_room(self.cap):
            self.park(flow, Reason.FLOW_IN_FLIGHT, None)
        return flow.weight, group.weight

    # Parts ------------------------------------------------------------------------------------

    def _rest(self, flow: Flow, group: Group, now: int) -> None:
        """Note since when a flow and a group have no work."""
        if not flow.holds:
            self.idle.add(f"f{flow.name}", now)
        if not group.holds:
            self.idle.add(f"g{group.name}", now)

    def _lane(self, flow_name: str, group_name: str) -> tuple[Flow, Group, Lane]:
        flow, group = self._flow(flow_name), self._group(group_name)
        lane = flow.lanes.get(group_name)
        if lane is None or lane.born != group.born:
            lane = flow.lanes[group_name] = Lane(born=group.born)
        return flow, group, lane

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

    def _activate(self, flow: Flow, group: Group, lane: Lane) -> None:
        lane.service = max(lane.service, _level(group.virtual, group.runnable))
        if not len(group.runnable):
            group.service = max(group.service, _level(self.virtual, self.runnable))
            self.runnable.add(group.name, group.service)
        group.runnable.add(flow.name, lane.service)

    def _deactivate(self, flow: Flow, group: Group) -> None:
        group.runnable.discard(flow.name)
        if not len(group.runnable):
            self.runnable.discard(group.name)

    def _waiting(self, flow: Flow) -> Iterator[tuple[Group, Lane]]:
        return ((self.groups[name], lane) for name, lane in flow.lanes.items() if lane.waiting)


def _level(virtual: float, runnable: Ordered) -> float:
    """Where one that begins to wait stands: level with the least served, whom refunds may have brought back
    below the virtual time."""
    return min(virtual, runnable.least()) if len(runnable) else virtual
