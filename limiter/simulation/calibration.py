"""Calibration of a replay: what no setting and no record says, fitted to what was recorded.

No record has the provider's quota, or how many calls the workers could hold. Some of each are tried, and
the replay that misses what was recorded the least is the one that other settings are tried in. By how much
it misses says how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product

from .replay import Went

TRUSTED = 0.25  # of what was recorded: a replay that misses by more says nothing of other settings
GAIN = 0.02  # of it by which a supposition must help, or it is left away
GOOD = 0.05  # of it: nothing better is looked for
MOST_JOBS = 40_000  # that are replayed in all to find it: some seconds
FEWEST = 6  # replays, however many jobs each has
BURSTS = (0.0, 1.0, 1 / 6, 1 / 3)  # of a minute's quota, as what an idle one has saved up
SHARES = (1.0, 0.9, 0.8, 1.1)  # of the quota that the busiest minute shows, when it began with such a burst


class Figure(StrEnum):
    STARTED = "started"
    HALF_WAITED = "wait_p50"
    MOST_WAITED = "wait_p95"
    THROTTLED = "throttled"


_LEAST = {  # what counts as much where less was recorded: jobs, seconds, seconds, calls
    Figure.STARTED: 5.0,
    Figure.HALF_WAITED: 10.0,
    Figure.MOST_WAITED: 10.0,
    Figure.THROTTLED: 5.0,
}


@dataclass(frozen=True, slots=True)
class World:
    """What a replay supposes of the provider and of the workers. None: without a bound."""

    quota: float | None = None  # requests a minute
    burst: float | None = None  # requests at once; None: a minute's worth
    slots: int | None = None  # calls at once that the workers hold


@dataclass(frozen=True, slots=True)
class Miss:
    """One figure as it was recorded and as the replay has it."""

    figure: Figure
    recorded: float
    replayed: float

    @property
    def share(self) -> float:
        return abs(self.recorded - self.replayed) / max(self.recorded, _LEAST[self.figure])


@dataclass(frozen=True, slots=True)
class Calibration:
    world: World
    replayed: Went  # under the settings that were in force
    miss: Miss  # the greatest

    @property
    def is_trusted(self) -> bool:
        return self.miss.share <= TRUSTED


def calibrated(play: Callable[[World], Went], recorded: Went, *, most_a_minute: float) -> Calibration:
    """The world in which a replay of the settings in force comes nearest to what was recorded."""
    jobs = recorded.started + recorded.waiting
    first, *others = islice(_worlds(recorded, most_a_minute), max(FEWEST, MOST_JOBS // max(1, jobs)))
    best = _tried(first, play, recorded)
    for world in others:
        if best.miss.share <= GOOD:
            break
        found = _tried(world, play, recorded)
        if found.miss.share < best.miss.share - GAIN:  # one that fits as well supposes more than is needed
            best = found
    return best


def _worlds(recorded: Went, most_a_minute: float) -> Iterator[World]:
    """The plainest first."""
    slots = (None, recorded.most_in_flight) if recorded.most_in_flight else (None,)
    if not recorded.throttled:
        yield from (World(slots=most) for most in slots)
        return
    for most, share, burst in product(slots, SHARES, BURSTS):
        quota = max(1.0, most_a_minute / (1 + burst) * share)
        yield World(quota, max(1.0, quota * burst), most)


def worst_miss(recorded: Went, replayed: Went) -> Miss:
    return max(_misses(recorded, replayed), key=lambda miss: miss.share)


def _misses(recorded: Went, replayed: Went) -> Iterator[Miss]:
    yield Miss(Figure.STARTED, recorded.started, replayed.started)
    yield Miss(Figure.HALF_WAITED, recorded.wait.p50 or 0.0, replayed.wait.p50 or 0.0)
    yield Miss(Figure.MOST_WAITED, recorded.wait.p95 or 0.0, replayed.wait.p95 or 0.0)
    yield Miss(Figure.THROTTLED, recorded.throttled, replayed.throttled)


def _tried(world: World, play: Callable[[World], Went], recorded: Went) -> Calibration:
    replayed = play(world)
    return Calibration(world, replayed, worst_miss(recorded, replayed))
