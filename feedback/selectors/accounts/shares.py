"""A person's share of the upstreams: plan, priority, and whether they are suspended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from feedback.dispatch import flows
from feedback.models import User
from limiter.configuration.policies import limits_of_all
from limiter.models import Plan


@dataclass(frozen=True, slots=True)
class Share:
    plan: Plan | None  # None: the default one
    priority: int
    suspended: bool  # as it is in force: a suspension ends with its exception

    def as_audited(self) -> dict[str, Any]:
        """As the audit log keeps it."""
        plan = self.plan.name if self.plan else None
        return {"plan": plan, "priority": self.priority, "suspended": self.suspended}


def share_of(user: User) -> Share:
    return shares_of([user])[user.pk]


def shares_of(users: Iterable[User]) -> Mapping[UUID, Share]:
    """Of many people with their plans, in two queries."""
    people = list(users)
    limits = limits_of_all(flows.flow_of(user) for user in people)
    return {
        user.pk: Share(user.plan, user.priority, limits[flows.flow_of(user)].suspended) for user in people
    }
