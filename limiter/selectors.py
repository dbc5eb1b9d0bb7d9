"""What can be read: upstreams as they are now, and what a job waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Model, OuterRef, Q, Subquery
from django.db.models.functions import Now

from .base.prepared import Given, Prepared
from .configuration.policies import FlowLimits, limits_of
from .gate import BreakerMode, BreakerState, Explanation, FlowStatus, GateUnavailable, Reason, Status
from .gates import MEMORY, backend, connection, get_gate, queues, redis_of_queues
from .jobs.ledger import get_ledger
from .models import BreakerTransition, ConfigVersion, FlowOverride, GroupWeight, Upstream
from .operations.condition import Condition, condition_of

ENDED_BY_HAND = (Reason.PAUSED, Reason.FLOW_SUSPENDED, Reason.UNCONFIGURED)


@dataclass(frozen=True, slots=True)
class UpstreamStatus:
    """One upstream: what Postgres says it shall be, and what the gate says it is."""

    upstream: Upstream
    live: Status
    breaker_since: datetime | None  # when its last recorded move was

    @property
    def is_published(self) -> bool:
        """Whether the gate has the version that Postgres has."""
        return self.live.version == self.upstream.version

    @property
    def condition(self) -> Condition:
        """Whether it admits calls, and if not, why not."""
        return condition_of(self.upstream, self.live)

    def busiest_flows(self, count: int = 10) -> list[tuple[str, FlowStatus]]:
        """The flows with the most work, running and waiting."""
        flows = self.live.flows.items()
        return sorted(flows, key=lambda each: (-each[1].in_flight - each[1].waiting, each[0]))[:count]


def queue_length(upstream: str) -> int:
    """Jobs in line, those included that no admit has looked at yet. Raises GateError.

    RQ's list is the membership of the line; the gate's own index learns of a job at its next admit, which
    never comes while no worker runs.
    """
    queue = next((name for name, behind in queues().items() if behind == upstream), None)
    if queue is None or backend() == MEMORY:
        return get_gate().status(upstream).waiting
    import django_rq
    from redis.exceptions import RedisError

    try:
        return int(django_rq.get_queue(queue, connection=redis_of_queues()).count)
    except RedisError as error:
        raise GateUnavailable(str(error)) from error


def upstream_status(name: str) -> UpstreamStatus:
    """One upstream now. Raises Upstream.DoesNotExist, and GateError where the gate cannot be reached."""
    upstream = Upstream.objects.get(name=name)
    last_move = BreakerTransition.objects.filter(upstream=upstream).first()
    return UpstreamStatus(
        upstream=upstream,
        live=get_gate().status(name),
        breaker_since=last_move.at if last_move else None,
    )


def all_upstreams() -> Iterator[UpstreamStatus]:
    """Every upstream now, by name, in one query. Raises GateError where the gate cannot be reached."""
    moves = BreakerTransition.objects.filter(upstream=OuterRef("pk")).order_by("-id").values("at")
    for upstream in Upstream.objects.annotate(moved_at=Subquery(moves[:1])):
        yield UpstreamStatus(upstream, get_gate().status(upstream.name), upstream.moved_at)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast an upstream takes and answers calls now."""

    per_minute: float | None  # requests; None: they are not limited
    call_seconds: float  # of a successful call, lately; 0: none was seen


def pace_of(upstream: str) -> Pace:
    """Raises GateError."""
    status = get_gate().status(upstream)
    return Pace(status.requests_per_minute, status.mean_seconds)


def is_held(upstream: str) -> bool:
    """Does the system hold it, or is it on trial since? Asks Postgres alone."""
    return Upstream.objects.filter(name=upstream).exclude(held_cause="").exists()


def held_upstreams() -> dict[str, str]:
    """Upstreams that the system holds or tries, by name, with the cause. Asks Postgres alone."""
    return dict(Upstream.objects.exclude(held_cause="").values_list("name", "held_cause"))


@dataclass(frozen=True, slots=True)
class HoldState:
    """How an upstream stands when a call begins."""

    generation: int  # of its hold, to which the call's outcome belongs
    on_trial: bool


OPEN = Prepared(
    lambda: Upstream.objects.filter(name=Given("name"), held_until__isnull=True).values_list(
        "hold_generation", "held_cause"
    )
)


def hold_state_of(upstream: str) -> HoldState | None:
    """For `services.hold` and `services.end_hold`.

    None: the outcome of a call that begins now moves no hold, for the upstream is shut, or does not exist.
    """
    found = OPEN.first(name=upstream)
    return HoldState(found[0], bool(found[1])) if found else None


def with_hold(upstream: str) -> dict[str, Subquery]:
    """Annotations of rows that name an upstream in a column; `hold_state_with` reads them."""
    named = Upstream.objects.filter(name=OuterRef(upstream), held_until__isnull=True)
    return {
        "hold_generation": Subquery(named.values("hold_generation")),
        "hold_cause": Subquery(named.values("held_cause")),
    }


def hold_state_with(row: Model) -> HoldState | None:
    """As `hold_state_of`, at the moment when a row that was asked for `with_hold` was read."""
    generation = row.__dict__["hold_generation"]
    return None if generation is None else HoldState(generation, bool(row.__dict__["hold_cause"]))


def is_open(upstream: str) -> bool:
    """Does nothing, or a trial alone, get through: by the breaker, an operator who forced it, or a hold?

    Raises GateError.
    """
    if is_held(upstream):
        return True
    status = get_gate().status(upstream)
    return status.breaker == BreakerState.OPEN and status.breaker_mode != BreakerMode.OBSERVE


def explain(*, upstream: str, job: str) -> Explanation:
    """What one job waits for; without a range where only a person can end the wait. Raises GateError."""
    found = get_gate().explain(upstream, job)
    return replace(found, earliest=None, latest=None) if found.reason in ENDED_BY_HAND else found


def explain_anywhere(job: str) -> tuple[str, Explanation] | None:
    """The upstream whose line knows a job, and what it waits for; else what its ledger says of it.

    None: it is unknown. Raises GateError.
    """
    for name in Upstream.objects.values_list("name", flat=True):
        found = explain(upstream=name, job=job)
        if found.state != "unknown":
            return name, found
    return get_ledger(connection()).explained(job)


def ahead_by_flow(*, upstream: str, flow: str, own: int) -> dict[str, int]:
    """About how many jobs of each flow go before one that has so many of its `own` flow's before it.

    Each other flow that may run has its turn before each of them. Raises GateError.
    """
    flows = get_gate().status(upstream).flows
    others = {
        name: min(each.waiting, own + 1)
        for name, each in flows.items()
        if name != flow and each.waiting and not each.blocked
    }
    return {**others, flow: own} if own else others


def suspended_flows() -> list[str]:
    """Flows of which nothing is admitted now, since an operator decided so. Asks Postgres alone."""
    in_force = Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    return list(FlowOverride.objects.filter(in_force, suspended=True).values_list("flow", flat=True))


def flow_limits(flow: str) -> FlowLimits:
    """What one flow may do, for intake and for its own page."""
    return limits_of(flow)


def group_limits(group: str) -> GroupWeight:
    """What a group may do; of normal weight and with no bound of its own unless it has a row."""
    return GroupWeight.objects.filter(group=group).first() or GroupWeight(group=group)


def config_versions(upstream: str) -> list[ConfigVersion]:
    """An upstream's history, the newest first."""
    return list(ConfigVersion.objects.filter(upstream=upstream))
