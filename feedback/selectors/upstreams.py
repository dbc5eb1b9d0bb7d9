"""What work may use which upstream: its assignment and its owner's plan may each name some."""

from __future__ import annotations

from collections.abc import Sequence

from feedback import flows
from feedback.models import Assignment, Document, Job
from limiter.policies import limits_of, limits_of_all

Allowed = frozenset[str] | None  # None: any


def allowed_upstreams(document: Document) -> Allowed:
    return allowed_names(document.assignment, flows.flow_of(document.owner))


def allowed_names(assignment: Assignment | None, flow: str) -> Allowed:
    return _both(assignment, limits_of(flow).allowed_upstreams)


def allowed_for(jobs: Sequence[Job]) -> list[Allowed]:
    """For each job, in two queries."""
    plans = limits_of_all({job.flow for job in jobs})
    return [_both(job.document.assignment, plans[job.flow].allowed_upstreams) for job in jobs]


def _both(assignment: Assignment | None, plan: Sequence[str]) -> Allowed:
    """What both allow; one that names none allows any."""
    named = [names for names in (assignment.allowed_upstreams if assignment else [], plan) if names]
    return frozenset.intersection(*map(frozenset, named)) if named else None
