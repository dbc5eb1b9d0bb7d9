"""With these values, the last hour would have gone like this: recorded traffic in the memory gate.

The replay must first reproduce what was recorded, under the settings that were in force then, each from its
publication on. It calibrates itself by that, and says by how much it misses; one that misses too much says
nothing of other settings.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from limiter.gate.model import BreakerMode, UpstreamConfig
from limiter.models import ConfigVersion, GroupWeight, Upstream
from limiter.services.writing import assign
from limiter.simulation.calibration import Calibration, World, calibrated
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


@dataclass(frozen=True, slots=True)
class DryRun:
    upstream: str
    since: datetime
    until: datetime
    offered: int  # jobs
    changes: Sequence[Change]
    recorded: Went  # what really happened
    calibration: Calibration  # the same traffic replayed as it was
    edited: Sequence[datetime]  # when the settings became others meanwhile
    today: Went | None  # under today's settings; None: the replay misses what was recorded by too much
    proposed: Went | None

    @property
    def quota(self) -> float | None:
        """Requests a minute that the provider seems to take; None: nothing was throttled."""
        return self.calibration.world.quota


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
    published = _published(row, since, until)

    def went(world: World, configs: Sequence[tuple[float, UpstreamConfig]]) -> Went:
        under = _under([(moment, _within(world, config)) for moment, config in configs], passages)
        seconds = (until - since).total_seconds()
        return replay(jobs, under=under, seconds=seconds, quota=world.quota, burst=world.burst)

    found = calibrated(lambda world: went(world, published), recorded, most_a_minute=_most_a_minute(passages))

    def would(row: Upstream) -> Went | None:
        return went(found.world, [(0.0, _let_go(row.config_as_set()))]) if found.is_trusted else None

    edited = [since + timedelta(seconds=moment) for moment, _ in published[1:]]
    differ = changes_between(body_of(row), body_of(proposed))
    return DryRun(
        upstream, since, until, len(jobs), differ, recorded, found, edited, would(row), would(proposed)
    )


def _proposed(row: Upstream, changes: Mapping[str, Any]) -> Upstream:
    proposed = Upstream.objects.get(name=row.name)
    assign(proposed, changes, SETTINGS)
    proposed.full_clean()
    return proposed


def _published(row: Upstream, since: datetime, until: datetime) -> list[tuple[float, UpstreamConfig]]:
    """The settings as they were, each with the seconds from which it was in force."""
    versions: list[ConfigVersion] = list(
        ConfigVersion.objects.filter(upstream=row, at__lt=until).order_by("version")
    )
    before = [version for version in versions if version.at <= since]
    if not versions:
        return [(0.0, row.config_as_set())]
    first, *later = [*before[-1:], *(version for version in versions if version.at > since)]
    return [
        (0.0, _config_of(first)),
        *(((each.at - since).total_seconds(), _config_of(each)) for each in later),
    ]


def _config_of(version: ConfigVersion) -> UpstreamConfig:
    known = {name: version.body[name] for name in SETTINGS if name in version.body}
    return Upstream(name=version.upstream_id, version=version.version, **known).config_as_set()


def _within(world: World, config: UpstreamConfig) -> UpstreamConfig:
    """With no more calls at once than the workers hold."""
    bounds = [most for most in (config.max_in_flight, world.slots) if most is not None]
    return replace(config, max_in_flight=min(bounds, default=None))


def _let_go(config: UpstreamConfig) -> UpstreamConfig:
    """Without what an operator holds by hand: it is the limits that are tried."""
    breaker = config.breaker
    if breaker.mode is BreakerMode.FORCED_OPEN:
        breaker = replace(breaker, mode=BreakerMode.AUTO)
    return replace(config, paused=False, breaker=breaker)


def _under(configs: Sequence[tuple[float, UpstreamConfig]], passages: Sequence[Passage]) -> Replayed:
    flows = {flow: limits.policy() for flow, limits in limits_of_all({p.flow for p in passages}).items()}
    groups = dict(GroupWeight.objects.values_list("group", "weight"))
    (_, first), *later = configs
    return Replayed(first, flows, groups, later=later)


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


def _most_a_minute(passages: Sequence[Passage]) -> float:
    """The most that was taken in any minute: where calls were throttled, more would have been too."""
    starts = sorted(each.started.timestamp() for each in passages if each.started is not None)
    most = first = 0
    for last, moment in enumerate(starts):
        while moment - starts[first] >= MINUTE:
            first += 1
        most = max(most, last - first + 1)
    return float(max(1, most))
