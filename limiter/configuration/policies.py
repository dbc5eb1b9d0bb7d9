"""From plans and overrides to what the gate knows of a flow."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from limiter.algorithms.limits import Algorithm
from limiter.base.database_time import database_now
from limiter.gate import FlowPolicy, GateError
from limiter.gates import get_gate
from limiter.models import FlowOverride, GroupWeight, Plan, PolicyClock, Upstream

logger = logging.getLogger(__name__)

T = TypeVar("T")

USUAL = FlowPolicy(version=0)
CHUNK = 500  # policies in one call of the gate


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """Everything one flow may do, plan and override taken together. None: no limit of this kind."""

    plan: str = ""
    version: int = 0
    weight: float = 1.0
    suspended: bool = False
    max_in_flight: int | None = None
    in_line: int | None = None
    requests_per_minute: float | None = None
    burst: float | None = None
    requests_algorithm: str = ""
    tokens_per_day: int | None = None
    tokens_algorithm: str = ""
    allowed_upstreams: tuple[str, ...] = ()  # none named: any

    def policy(self) -> FlowPolicy:
        """What the gate enforces of it. A suspended flow may have no call at all."""
        return FlowPolicy(
            version=self.version,
            weight=self.weight,
            max_in_flight=0 if self.suspended else self.max_in_flight,
            suspended=self.suspended,
            requests_per_minute=self.requests_per_minute,
            burst=1.0 if self.burst is None else self.burst,
            requests_algorithm=Algorithm(self.requests_algorithm or USUAL.requests_algorithm),
            tokens_per_day=self.tokens_per_day,
            tokens_algorithm=Algorithm(self.tokens_algorithm or USUAL.tokens_algorithm),
        )


CAPS = (
    "max_in_flight", "in_line", "requests_per_minute", "burst", "requests_algorithm",
    "tokens_per_day", "tokens_algorithm",
)  # fmt: skip


def resolve(override: FlowOverride | None, default: Plan | None, now: datetime) -> FlowLimits:
    """Put a flow's limits together from its override (if it has one) and its plan (else the default)."""
    plan = (override.plan if override else None) or default
    exceptions_hold = override is not None and (override.expires_at is None or override.expires_at > now)
    versions = [row.version for row in (plan, override) if row is not None]
    caps = {cap: getattr(plan, cap) for cap in CAPS} if plan else {}
    if override is not None and exceptions_hold:
        caps.update({cap: own for cap in CAPS if (own := getattr(override, cap)) not in (None, "")})
    return FlowLimits(
        plan=plan.name if plan else "",
        # The end of an exception writes no row, yet what follows is newer than what was before it.
        version=2 * max(versions, default=0) + (override is not None and not exceptions_hold),
        weight=(plan.weight if plan else 1.0) * (override.weight_factor if override else 1.0),
        suspended=override is not None and exceptions_hold and override.suspended,
        allowed_upstreams=tuple(plan.allowed_upstreams) if plan else (),
        **caps,
    )


def limits_of(flow: str) -> FlowLimits:
    return next(iter(limits_of_all([flow]).values()))


def limits_of_all(flows: Iterable[str]) -> dict[str, FlowLimits]:
    """The limits of many flows in two queries; a third where an exception ends."""
    wanted = list(flows)
    overrides = FlowOverride.objects.select_related("plan").in_bulk(wanted)
    default = Plan.objects.filter(is_default=True).first()
    ends = any(override.expires_at for override in overrides.values())
    now = database_now() if ends else timezone.now()
    return {flow: resolve(overrides.get(flow), default, now) for flow in wanted}


def resolve_policy(flow: str) -> FlowPolicy:
    """What the gate shall enforce for a flow from now on."""
    return limits_of(flow).policy()


def next_policy_version() -> int:
    """The number of this change. Serialises the writers of policies until they commit (see PolicyClock)."""
    clock, _ = PolicyClock.objects.get_or_create(id=1)
    PolicyClock.objects.filter(id=1).update(value=F("value") + 1)
    clock.refresh_from_db()
    return clock.value


def ensure_policy(upstream: str, flow: str, group: str = "") -> None:
    """See to it that the gate knows what a flow may do; call it before its jobs are offered.

    Costs three short queries and one call of the gate. Raises GateError.
    """
    weights = dict(GroupWeight.objects.filter(group=group).values_list("group", "weight"))
    get_gate().set_policies(upstream, flows={flow: resolve_policy(flow)}, groups=weights)


def install_flows(flows: Iterable[str]) -> None:
    """Give the gate the present policies of these flows, on every upstream."""
    for chunk in _chunks(flows):
        policies = {flow: limits.policy() for flow, limits in limits_of_all(chunk).items()}
        for upstream in Upstream.objects.values_list("name", flat=True):
            get_gate().set_policies(upstream, flows=policies, groups={})


def install_plan(plan: str) -> None:
    """Give the gate the policies of every flow of a plan.

    Flows of the default plan may have no row: those that the gate has work of are brought up to date
    at once, the others before their next offer (ensure_policy).
    """
    named = Q(plan=plan)
    if Plan.objects.filter(name=plan, is_default=True).exists():
        install_flows(_active_flows())
        named |= Q(plan=None)
    install_flows(FlowOverride.objects.filter(named).values_list("flow", flat=True).iterator())


def install_groups() -> None:
    """Give the gate the weight of every group that has one."""
    for chunk in _chunks(GroupWeight.objects.values_list("group", "weight").iterator()):
        for upstream in Upstream.objects.values_list("name", flat=True):
            get_gate().set_policies(upstream, flows={}, groups=dict(chunk))


def reconcile_policies(flows: Collection[str] | None = None) -> None:
    """Bring the gate up to date on every flow that it has work of, and on every group.

    `flows` are these, where the caller has just asked the gate. This is also what ends an exception at its
    end. Raises GateError.
    """
    install_flows(_active_flows() if flows is None else flows)
    install_groups()


def install_on_commit(install: Callable[[], None]) -> None:
    """Install when the change is safe. A gate that is down costs nothing: reconcile installs later."""

    def after() -> None:
        try:
            install()
        except GateError as error:
            logger.warning("A policy was saved but not yet installed: %s", error)

    transaction.on_commit(after)


def _active_flows() -> set[str]:
    gate = get_gate()
    return {
        flow for name in Upstream.objects.values_list("name", flat=True) for flow in gate.status(name).flows
    }


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
