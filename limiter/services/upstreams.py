from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from limiter.configuration.companion import companion, companion_settings
from limiter.configuration.history import Change, changes_between
from limiter.configuration.publication import SETTINGS, body_of, keep_version, publish_on_commit
from limiter.gate import BreakerMode
from limiter.models import Upstream

from .holds import lift_hold
from .writing import assign, report_change, require


@transaction.atomic
def create_upstream(*, name: str, values: Mapping[str, Any], author: str, reason: str) -> Upstream:
    """Make an upstream with its first version."""
    require(author=author, reason=reason)
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
