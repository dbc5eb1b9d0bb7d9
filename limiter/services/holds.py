"""The hold of an upstream after its provider refused the account: its start, its trials and its end.

Each move is made under the row's lock and counted by `hold_generation`. An outcome moves something only where
nothing moved since its call began, so that forty calls that fail at once make one hold. Times are the
database's: a host with a wrong clock may be the very cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction

from limiter.base.database_time import database_now
from limiter.configuration.publication import keep_version, publish_on_commit
from limiter.models import Upstream
from limiter.models.hold import LONGEST_CAUSE
from limiter.operations.watch import hold_moved, report

from .writing import require

SYSTEM = "system"  # the author of what no person decided
FREE: Mapping[str, Any] = {"held_cause": "", "held_since": None, "held_until": None, "holds": 0}


@transaction.atomic
def hold(*, upstream: str, cause: str, reason: str, generation: int) -> bool:
    """Send nothing more until a trial. `cause` is a code, `reason` words for the history.

    `generation` is the one that the refused call began in. False: the hold had moved since, or there is no
    such upstream.
    """
    row = _in_generation(upstream, generation)
    if row is None or row.is_shut:
        return False
    now, begins = database_now(), not row.is_held
    values = {
        "held_cause": cause[:LONGEST_CAUSE] or "unknown",
        "held_since": row.held_since or now,
        "held_until": row.next_trial(now),
        "holds": row.holds + 1,
    }
    _move(row, values, SYSTEM if begins else "", reason)
    return True


@transaction.atomic
def try_due() -> list[str]:
    """Let one call at a time through where a hold's time is over; returns the upstreams."""
    due = Upstream.objects.select_for_update(skip_locked=True).filter(held_until__lte=database_now())
    rows = list(due)
    for row in rows:
        _move(row, {"held_until": None})
    return [row.name for row in rows]


@transaction.atomic
def take_trial(upstream: str, *, seconds: float) -> int | None:
    """Reserve the trial for a call past the line; nothing else gets through for so many seconds.

    Returns the generation that its outcome belongs to. None: it is not due, or somebody has it, or an
    operator has paused it.
    """
    now = database_now()
    row = Upstream.objects.select_for_update(skip_locked=True).filter(name=upstream).first()
    if row is None or row.paused or not row.is_held or (row.held_until is not None and row.held_until > now):
        return None
    _move(row, {"held_until": now + timedelta(seconds=seconds)})
    return row.hold_generation


@transaction.atomic
def hold_again(*, upstream: str, cause: str, reason: str, generation: int) -> bool:
    """The reserved trial was refused: the next comes later. False: the hold had moved since."""
    row = _in_generation(upstream, generation)
    if row is None or not row.is_held:
        return False
    values = {
        "held_cause": cause[:LONGEST_CAUSE] or row.held_cause,
        "held_until": row.next_trial(database_now()),
        "holds": row.holds + 1,
    }
    _move(row, values, reason=reason)
    return True


@transaction.atomic
def end_hold(*, upstream: str, generation: int) -> bool:
    """The provider accepted a call that began in this generation. False: not held, or it moved since."""
    row = _in_generation(upstream, generation)
    if row is None or not row.is_held:
        return False
    _move(row, FREE, SYSTEM, f"The provider accepts calls again, after {row.holds} refusals.")
    return True


@transaction.atomic
def lift_hold(*, upstream: str, author: str, reason: str) -> bool:
    """Let everything through at once, as an operator decides. False: it is not held."""
    require(author=author, reason=reason)
    row = Upstream.objects.select_for_update().get(name=upstream)
    if not row.is_held:
        return False
    _move(row, FREE, author, reason)
    return True


def _in_generation(upstream: str, generation: int) -> Upstream | None:
    """The row, locked. Asked without the lock first: of many calls that fail together one waits for it."""
    mine = Upstream.objects.filter(name=upstream, hold_generation=generation)
    return mine.select_for_update().first() if mine.exists() else None


def _move(row: Upstream, values: Mapping[str, Any], author: str = "", reason: str = "") -> None:
    """Write, publish, and call the listeners; with an author it is kept in the history. A trial is not."""
    before = {"held_cause": row.held_cause}
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.hold_generation += 1
    row.save(update_fields=[*values, "version", "hold_generation", "changed_at"])
    publish_on_commit(row.name)  # before the listeners are called
    if author:
        reason = reason[:500]
        keep_version(row, author=author, reason=reason)
        after = {"held_cause": row.held_cause}
        report(kind="upstream", key=row.name, before=before, after=after, author=author, reason=reason)
        transaction.on_commit(partial(hold_moved, row.name, row.is_held))
