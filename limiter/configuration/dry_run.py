"""With these values, the last hour would have gone like this: recorded traffic in the memory gate."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from limiter.gate.model import BreakerMode, UpstreamConfig
from limiter.models import GroupWeight, Upstream
from limiter.services.writing import assign
from limiter.simulation.figures import most_in_flight
from limiter.simulation.model import Call, Job
from limiter.simulation.replay import Replayed, Went, replay
from limiter.simulation.spread import spread

from .history import Change, changes_between
from .policies import limits_of_all
from .publication import SETTINGS, body_of
from .traffic import Passage, get_traffic

HOUR = timedelta(hours=1)
LONGEST = timedelta(days=2)
MINUTE = 60.0
FEW_THROTTLES = 5  # by which a replay may miss, however few were recorded


@dataclass(frozen=True, slots=True)
class DryRun:
    upstream: str
    since: datetime
    until: datetime
    offered: int  # jobs
    quota: float | None  # requests a minute that the provider seems to take; None: nothing was throttled
    changes: Sequence[Change]
    recorded: Went  # what really happened
    today: Went  # the same traffic under the configuration in force, replayed
    proposed: Went

    @property
    def knows_throttles(self) -> bool:
        """Does the replay under today's settings throttle about as much as was recorded?

        Where it does not, its figure for other settings means nothing either, and is not shown.
        """
        recorded, replayed = self.recorded.throttled, self.today.throttled
        return abs(recorded - replayed) <= max(FEW_THROTTLES, recorded / 2)


def dry_run(
    *, upstream: str, changes: Mapping[str, Any], since: datetime | None = None, until: datetime | None = None
) -> DryRun:
    """Replay what passed an upstream under its present settings, and with these changes.

    Raises ValidationError at the setting that is wrong or where nothing was recorded, DoesNotExist.
    """
    until = until or timezone.now()
    since = since or until - HOUR
    if not timedelta(0) < until - since <= LONGEST:
        raise ValidationError("The time to replay is more than nothing and at most two days.")
    row = Upstream.objects.get(name=upstream)
    proposed = _proposed(row, changes)
    traffic = get_traffic()
    passages = sorted(traffic.passages(upstream, since, until), key=lambda passage: passage.offered)
    recorded = _recorded(passages, until, traffic.throttled(upstream, since, until))
    jobs = _jobs(passages, since)
    quota = _quota(passages) if recorded.throttled else None

    def went(config: UpstreamConfig) -> Went:
        seconds = (until - since).total_seconds()
        return replay(jobs, under=_under(config, passages), seconds=seconds, quota=quota)

    return DryRun(
        upstream, since, until, len(jobs), quota,
        changes_between(body_of(row), body_of(proposed)),
        recorded, went(row.config_as_set()), went(proposed.config_as_set()),
    )  # fmt: skip


def _proposed(row: Upstream, changes: Mapping[str, Any]) -> Upstream:
    proposed = Upstream.objects.get(name=row.name)
    assign(proposed, changes, SETTINGS)
    proposed.full_clean()
    return proposed


def _under(config: UpstreamConfig, passages: Sequence[Passage]) -> Replayed:
    flows = {flow: limits.policy() for flow, limits in limits_of_all({p.flow for p in passages}).items()}
    # What an operator held by hand is let go: it is the limits that are tried.
    breaker = config.breaker
    if breaker.mode is BreakerMode.FORCED_OPEN:
        breaker = replace(breaker, mode=BreakerMode.AUTO)
    groups = dict(GroupWeight.objects.values_list("group", "weight"))
    return Replayed(replace(config, paused=False, breaker=breaker), flows, groups)


def _jobs(passages: Sequence[Passage], since: datetime) -> list[Job]:
    """In order of arrival; jobs that waited before count as there from the start."""
    lengths = [passage.seconds for passage in passages if passage.seconds is not None]
    if not lengths:
        raise ValidationError("Nothing ended in this time, so nothing can be replayed: take a longer one.")
    usual = statistics.median(lengths)
    return [
        Job(
            passage.job, passage.flow, "", passage.group, passage.document,
            max(0.0, (passage.offered - since).total_seconds()),
            usual if passage.seconds is None else passage.seconds, passage.tokens, passage.usage,
        )
        for passage in passages
    ]  # fmt: skip


def _recorded(passages: Sequence[Passage], until: datetime, throttled: int) -> Went:
    started = [(each, each.started) for each in passages if each.started is not None and each.started < until]
    calls = [
        Call(each.job, begun.timestamp(), begun.timestamp() + (each.seconds or 0.0), each.outcome, 0)
        for each, begun in started
        if each.outcome is not None
    ]
    return Went(
        started=len(started),
        waiting=len(passages) - len(started),
        wait=spread((begun - each.offered).total_seconds() for each, begun in started),
        throttled=throttled,
        most_in_flight=most_in_flight(calls),
        held_up={},
    )


def _quota(passages: Sequence[Passage]) -> float:
    """The most that was taken in any minute: where calls were throttled, more would have been too."""
    starts = sorted(each.started.timestamp() for each in passages if each.started is not None)
    most = first = 0
    for last, moment in enumerate(starts):
        while moment - starts[first] >= MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return float(max(1, most))
