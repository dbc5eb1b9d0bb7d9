"""Who is next: groups, then flows, each by least weighted service.

Start-time fair queueing over tokens, as in the virtual token counter (Sheng et al., OSDI 2024): a lane is
charged when its job is admitted, so work in flight counts, and corrected by real usage at settle. A lane or
group that becomes runnable starts at the current virtual time: idling earns no credit.

Bound: of two lanes of one group that stay runnable, with charges equal to what is used, the weighted service
differs at any moment by at most max(charge / weight) more than at the start, so what they are served over
any interval differs by at most the sum of both lanes' max(charge / weight). What runs with a wrong estimate
adds its error until it settles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..model import FlowPolicy, Ticket
from .lane import Job, Lane, clamp
from .ordered import Ordered

PARKS = 32  # flows over a lowered cap that one choice may park
PROBE_LOOK = 32  # of the cheapest jobs, how many a probe's choice looks at
FORGET_AFTER = 3600 * 1_000_000  # an idle flow or group keeps what it owes for an hour


@dataclass(slots=True)
class Flow:
    name: str
    weight: float = 1.0
    cap: int | None = None  # None: the line's default
    in_flight: int = 0
    holds: int = 0  # waiting and running
    parked: bool = False
    lanes: dict[str, Lane] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(lane.waiting for lane in self.lanes.values())


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

    def __init__(self) -> None:
        self.cap: int | None = None  # for flows without one of their own
        self.virtual = 0.0  # of the groups
        self.births = 0
        self.jobs: dict[str, Job] = {}
        self.flows: dict[str, Flow] = {}
        self.groups: dict[str, Group] = {}
        self.policies: dict[str, FlowPolicy] = {}
        self.weights: dict[str, float] = {}
        self.runnable = Ordered()  # groups by service
        self.sizes = Ordered()  # jobs by tokens
        self.idle = Ordered()  # flows and groups without work, by since when

    # Coming and going -------------------------------------------------------------------------

    def enter(self, ticket: Ticket, *, front: bool = False) -> Job:
        flow, group, lane = self._lane(ticket.flow, ticket.group)
        job = lane.arrive(ticket, front=front)
        self.hold(flow, group, lane)
        self._insert(job, flow, group, lane)
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
        moved = Job(
            found.id, found.flow, found.group, found.document, found.tokens, clamp(priority), found.arrival
        )
        lane.remove(found)
        lane.add(moved)
        self.jobs[job] = moved
        return True

    # The choice -------------------------------------------------------------------------------

    def choose(self) -> Job | None:
        """The job whose turn it is; None where no flow may run now."""
        for _ in range(PARKS):
            name = self.runnable.first()
            if name is None:
                return None
            first = self.groups[name].runnable.first()
            flow = self.flows[first or ""]
            if self.may_run(flow):
                return self.jobs[flow.lanes[name].first()]
            self.park(flow)
        return None

    def cheapest(self) -> Job | None:
        """The smallest job whose flow may run: what a probe risks."""
        for job in self.sizes.head(PROBE_LOOK):
            found = self.jobs[job]
            if self.may_run(self.flows[found.flow]) and not self.flows[found.flow].parked:
                return found
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

    def correct(self, flow: str, group: str, lane_by: float, group_by: float) -> None:
        """Change the service of a lane and of its group."""
        lane, owner = self.flows[flow].lanes[group], self.groups[group]
        lane.service += lane_by
        owner.service += group_by
        if flow in owner.runnable:
            owner.runnable.add(flow, lane.service)
        if group in self.runnable:
            self.runnable.add(group, owner.service)

    # In flight, parked, policies --------------------------------------------------------------

    def may_run(self, flow: Flow) -> bool:
        cap = self.cap if flow.cap is None else flow.cap
        return cap is None or flow.in_flight < cap

    def started(self, name: str) -> None:
        flow = self.flows[name]
        flow.in_flight += 1
        if not flow.parked and not self.may_run(flow):
            self.park(flow)

    def ended(self, name: str) -> None:
        flow = self.flows[name]
        flow.in_flight -= 1
        self.review(flow)

    def review(self, flow: Flow) -> None:
        """Wake a parked flow that may run again."""
        if flow.parked and self.may_run(flow):
            flow.parked = False
            for group, lane in self._waiting(flow):
                self._activate(flow, group, lane)

    def park(self, flow: Flow) -> None:
        """Take a flow at its cap out of the choice: from here on it costs nothing."""
        flow.parked = True
        for group, _ in self._waiting(flow):
            self._deactivate(flow, group)

    def set_cap(self, cap: int | None) -> None:
        self.cap = cap
        for flow in self.flows.values():
            self.review(flow)

    def set_policy(self, name: str, policy: FlowPolicy) -> None:
        known = self.policies.get(name)
        if known is not None and known.version >= policy.version:
            return
        self.policies[name] = policy
        flow = self.flows.get(name)
        if flow is not None:
            flow.weight, flow.cap = policy.weight, policy.max_in_flight
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
        flow, group = self.flows[flow_name], self.groups[group_name]
        flow.holds -= 1
        group.holds -= 1
        flow.lanes[group_name].holds -= 1
        if not flow.holds:
            self.idle.add(f"f{flow_name}", now)
        if not group.holds:
            self.idle.add(f"g{group_name}", now)

    def forget(self, now: int, limit: int) -> None:
        for member in self.idle.up_to(now - FORGET_AFTER, limit):
            self.idle.discard(member)
            known: dict[str, Flow] | dict[str, Group] = self.flows if member[0] == "f" else self.groups
            del known[member[1:]]

    def install(self, flow_name: str, group_name: str, charge: int) -> tuple[float, float]:
        """Hold and charge a job that is already running; return the weights it was charged at."""
        flow, group, lane = self._lane(flow_name, group_name)
        self.hold(flow, group, lane)
        lane.service = max(lane.service, group.virtual)
        group.service = max(group.service, self.virtual)
        self.correct(flow_name, group_name, charge / flow.weight, charge / group.weight)
        self.started(flow_name)
        return flow.weight, group.weight

    # Parts ------------------------------------------------------------------------------------

    def _lane(self, flow_name: str, group_name: str) -> tuple[Flow, Group, Lane]:
        flow, group = self._flow(flow_name), self._group(group_name)
        lane = flow.lanes.get(group_name)
        if lane is None or lane.born != group.born:
            lane = flow.lanes[group_name] = Lane(born=group.born)
        return flow, group, lane

    def _flow(self, name: str) -> Flow:
        flow = self.flows.get(name)
        if flow is None:
            policy = self.policies.get(name, FlowPolicy(version=0))
            flow = self.flows[name] = Flow(name, policy.weight, policy.max_in_flight)
        return flow

    def _group(self, name: str) -> Group:
        group = self.groups.get(name)
        if group is None:
            self.births += 1
            group = self.groups[name] = Group(name, self.births, self.weights.get(name, 1.0))
        return group

    def _insert(self, job: Job, flow: Flow, group: Group, lane: Lane) -> None:
        self.jobs[job.id] = job
        self.sizes.add(job.id, job.tokens)
        lane.add(job)
        if lane.waiting == 1 and not flow.parked:
            self._activate(flow, group, lane)

    def _activate(self, flow: Flow, group: Group, lane: Lane) -> None:
        lane.service = max(lane.service, group.virtual)
        if not len(group.runnable):
            group.service = max(group.service, self.virtual)
            self.runnable.add(group.name, group.service)
        group.runnable.add(flow.name, lane.service)

    def _deactivate(self, flow: Flow, group: Group) -> None:
        group.runnable.discard(flow.name)
        if not len(group.runnable):
            self.runnable.discard(group.name)

    def _waiting(self, flow: Flow) -> Iterator[tuple[Group, Lane]]:
        return ((self.groups[name], lane) for name, lane in flow.lanes.items() if lane.waiting)
