from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from limiter.configuration.companion import companion, companion_settings
from limiter.configuration.history import Change, changes_between
from limiter.configuration.publication import SETTINGS, body_of, keep_version, publish_on_commit
from limiter.gate import BreakerMode
from limiter.gates import get_gate, queues
from limiter.models import Plan, PoolMember, Upstream

from .holds import lift_hold
from .writing import assign, report_change, report_removal, require

RESERVED = ("circuit", "libraries", "limit", "slots")  # what stands behind the prefix of keys in Redis


@transaction.atomic
def create_upstream(*, name: str, values: Mapping[str, Any], author: str, reason: str) -> Upstream:
    """Make an upstream with its first version. Raises ValidationError for a name that the gate has for
    something else, and for nonsense."""
    require(author=author, reason=reason)
    if name in RESERVED:
        raise ValidationError({"name": f"The gate keeps something else under {name!r}: take another name."})
    upstream = Upstream(name=name)
    assign(upstream, values, SETTINGS)
    upstream.full_clean()
    report_change(upstream, author=author, reason=reason)
    upstream.save(force_insert=True)
    keep_version(upstream, author=author, reason=reason)
    publish_on_commit(name)
    return upstream


@transaction.atomic
def change_upstream(*, upstream: str, changes: Mapping[str, Any], author: str, reason: str) -> Upstream:
    """Make a new version with these settings; the next decision of every worker uses it.

    Changes that change nothing make no version.
    """
    require(author=author, reason=reason)
    row = Upstream.objects.select_for_update().get(name=upstream)
    if not assign(row, changes, SETTINGS):
        return row
    row.version += 1
    row.full_clean()
    report_change(row, author=author, reason=reason)
    row.save()
    keep_version(row, author=author, reason=reason)
    publish_on_commit(upstream)
    return row


@transaction.atomic
def create_settings(*, upstream: str, changes: Mapping[str, Any], author: str, reason: str) -> Upstream:
    """Make an upstream with settings of its own and of its companion.

    Raises ValidationError, with a sentence at the field.
    """
    ours = {name: value for name, value in changes.items() if name not in companion_settings()}
    row = create_upstream(name=upstream, values=ours, author=author, reason=reason)
    theirs = {name: value for name, value in changes.items() if name not in ours}
    if theirs:
        change_settings(upstream=upstream, changes=theirs, author=author, reason=reason)
    return row


@transaction.atomic
def change_settings(*, upstream: str, changes: Mapping[str, Any], author: str, reason: str) -> list[Change]:
    """Change settings of an upstream and of its companion, all of them or none; return what is different.

    Raises ValidationError, with a sentence at the field.
    """
    theirs = {name: value for name, value in changes.items() if name in companion_settings()}
    ours = {name: value for name, value in changes.items() if name not in theirs}
    before = Upstream.objects.select_for_update().get(name=upstream)
    found: list[Change] = []
    if ours:
        after = change_upstream(upstream=upstream, changes=ours, author=author, reason=reason)
        found += changes_between(body_of(before), body_of(after))
    keeper = companion()
    if theirs and keeper is not None:
        kept = keeper.values_of(upstream)
        keeper.change_endpoint(upstream=upstream, changes=theirs, author=author, reason=reason)
        found += changes_between(kept, keeper.values_of(upstream))
    return found


@transaction.atomic
def delete_upstream(*, upstream: str, author: str, reason: str) -> None:
    """Delete an upstream that nothing uses, with its history; the listeners keep author and reason.

    Raises ValidationError with what uses it, and GateError where the gate cannot be reached.
    """
    require(author=author, reason=reason)
    row = Upstream.objects.select_for_update().get(name=upstream)
    if uses := uses_of(upstream):
        raise ValidationError(f"{upstream} is in use: {uses[0]}.")
    report_removal(row, author=author, reason=reason)
    for history in (row.versions, row.transitions, row.events):
        history.all().delete()
    row.delete()
    if not get_gate().forget(upstream):
        raise ValidationError(f"{upstream} is in use: jobs of it wait or run.")


def uses_of(upstream: str) -> list[str]:
    """What stands in the way of deleting an upstream, as sentences without their end. Raises GateError."""
    found = [
        f"LIMITER_QUEUES has it behind the queue {queue}"
        for queue, behind in queues().items()
        if behind == upstream
    ]
    found += [
        f"it stands in the pool {each.pool_id}" for each in PoolMember.objects.filter(upstream=upstream)
    ]
    found += [
        f"the plan {plan.name} allows it" for plan in Plan.objects.all() if upstream in plan.allowed_upstreams
    ]
    keeper = companion()
    found += keeper.uses_of(upstream) if keeper else ()
    status = get_gate().status(upstream)
    return [*found, "jobs of it wait or run"] if status.waiting or status.in_flight else found


def force_breaker(*, upstream: str, mode: BreakerMode, author: str, reason: str) -> Upstream:
    """Let an operator decide in place of the outcomes, or (BreakerMode.AUTO) no longer."""
    return change_upstream(
        upstream=upstream, changes={"breaker_mode": mode.value}, author=author, reason=reason
    )


def restore_version(*, upstream: str, version: int, author: str, reason: str) -> Upstream:
    """Go back to an earlier version's settings. The history goes forward: this makes a new version."""
    row = Upstream.objects.get(name=upstream)
    body: dict[str, Any] = row.versions.get(version=version).body
    known = {name: value for name, value in body.items() if name in SETTINGS}
    return change_upstream(upstream=upstream, changes=known, author=author, reason=reason)


@transaction.atomic
def resume(*, upstream: str, author: str, reason: str) -> Upstream:
    """Go on after an operator's pause and after a hold of the system, whichever there is."""
    lift_hold(upstream=upstream, author=author, reason=reason)
    return change_upstream(upstream=upstream, changes={"paused": False}, author=author, reason=reason)
