"""The four rungs, and what each costs to set up and to run. The table is explained in docs/advise.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    SOLO = "solo"
    TEAM = "team"
    CAMPUS = "campus"
    ENTERPRISE = "enterprise"

    @property
    def rank(self) -> int:
        return list(Profile).index(self)


@dataclass(frozen=True, slots=True)
class Rung:
    """Money is for machines alone, in US dollars a month; calls to the model cost the same on each."""

    people: int | None  # at once, at most; None: no end
    brings: str
    complexity: str
    set_up: str
    monthly: str


RUNGS: Mapping[Profile, Rung] = {
    Profile.SOLO: Rung(
        5, "one process, a pool of 3 calls, embedded PostgreSQL, no Redis", "very low", "minutes", "$5 to 15"
    ),
    Profile.TEAM: Rung(
        15, "one host: web, worker, embedded PostgreSQL and Redis", "low", "an hour", "$15 to 40"
    ),
    Profile.CAMPUS: Rung(
        50,
        "several hosts behind nginx, PostgreSQL and Redis of their own, metrics and alerts",
        "medium",
        "1 to 3 days",
        "$200 to 600",
    ),
    Profile.ENTERPRISE: Rung(
        None,
        "several pools and regions, a pooler, failover, scaling on the line's length",
        "high",
        "1 to 3 weeks",
        "$1,000 and more",
    ),
}


def for_people(at_once: int) -> Profile:
    """The smallest rung for so many at once."""
    return next(profile for profile, rung in RUNGS.items() if rung.people is None or at_once <= rung.people)
