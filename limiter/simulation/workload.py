"""Workloads: generators of jobs, each a function of its seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from limiter.gate import Usage

from .model import Job

HOUR, MINUTE = 3_600.0, 60.0
COURSES = 5
SHORTEST_CALL, LONGEST_CALL = 70.0, 180.0  # seconds; uniform, so a call takes 125 s on average
TOKENS_A_SECOND = 18.0  # that a model writes
MAX_TOKENS = 4_096  # held for the answer
Arrival = Callable[[Random], float]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of student, by the length of what they hand in."""

    name: str
    share: float  # of all students
    fewest: int
    most: int  # sections


KINDS = (Kind("short", 0.5, 3, 6), Kind("report", 0.4, 8, 14), Kind("thesis", 0.1, 25, 45))


def evenly(start: float, end: float) -> Arrival:
    return lambda chance: chance.uniform(start, end)


def rising(start: float, end: float) -> Arrival:
    """Ever more of them, the most just before the end: the night before a deadline."""
    return lambda chance: chance.triangular(start, end, end)


def crowd(chance: Random, *, students: int, sections: int, arrival: Arrival) -> list[Job]:
    """One document from each student, `sections` in all, in order of arrival."""
    kinds = [_kind(index, students) for index in range(students)]
    weights = [chance.randint(kind.fewest, kind.most) for kind in kinds]
    jobs: list[Job] = []
    for index, (kind, size) in enumerate(zip(kinds, share_out(sections, weights), strict=True)):
        jobs += document(
            chance, user=f"student-{index}", kind=kind.name, course=f"course-{index % COURSES}",
            arrives=arrival(chance), sections=size,
        )  # fmt: skip
    return in_order(jobs)


def document(
    chance: Random, *, user: str, kind: str, course: str, arrives: float, sections: int
) -> list[Job]:
    """The jobs of one document, all sent at once."""
    return [
        _section(chance, id=f"{user}/{number}", user=user, kind=kind, course=course, arrives=arrives)
        for number in range(sections)
    ]


def in_order(jobs: list[Job]) -> list[Job]:
    return sorted(jobs, key=lambda job: job.arrives)  # stable: sections of a document keep their order


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers, one at least, in proportion to the weights; their sum is the total."""
    spare, everything = total - len(weights), sum(weights)
    exact = [spare * weight / everything for weight in weights]
    shares = [1 + int(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: int(exact[index]) - exact[index])
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def _kind(index: int, students: int) -> Kind:
    place, upper = (index + 0.5) / students, 0.0
    for kind in KINDS:
        upper += kind.share
        if place < upper:
            return kind
    return KINDS[-1]


def _section(chance: Random, *, id: str, user: str, kind: str, course: str, arrives: float) -> Job:
    seconds = chance.uniform(SHORTEST_CALL, LONGEST_CALL)
    read = chance.randint(600, 1_400)
    written = int(seconds * TOKENS_A_SECOND)
    return Job(id, user, kind, course, user, arrives, seconds, read + MAX_TOKENS, Usage(read, written))
