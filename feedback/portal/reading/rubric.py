"""Levels that were reached, each on the scale that its assignment names. Never a grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.models import Assignment, Feedback

Scales = Mapping[str, Sequence[str]]  # levels from weakest to strongest, by the criterion's name


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    reached: bool


@dataclass(frozen=True, slots=True)
class RubricLine:
    criterion: str
    level: str  # empty: none that the assignment knows
    scale: tuple[Step, ...]  # from weakest to strongest; empty where the level is on no scale
    evidence: str
    justification: str
    is_supported: bool  # its evidence is a quotation from the text
    names: tuple[str, ...] = ()  # to choose from, with the level itself


def scales_of(assignment: Assignment | None) -> Scales:
    return {c.name.casefold(): c.levels for c in assignment.criteria.all()} if assignment else {}


def rubric_of(
    feedback: Feedback | None, scales: Scales, criteria: Sequence[str] = ()
) -> Iterator[RubricLine]:
    """One line for each level of the feedback, and for each of these criteria that got none."""
    for level in feedback.levels if feedback else ():
        names = scales.get(level["criterion"].casefold(), ())
        yield RubricLine(
            criterion=level["criterion"],
            level=level["level"],
            scale=_scale(names, level["level"]),
            evidence=level.get("evidence", ""),
            justification=level.get("justification", ""),
            # What was stored before anybody looked is not accused.
            is_supported=level.get("supported", True),
            names=tuple(dict.fromkeys(filter(None, [*names, level["level"]]))),
        )
    known = {level["criterion"].casefold() for level in feedback.levels} if feedback else set()
    for name in criteria:
        if feedback and name.casefold() not in known:
            scale = tuple(scales.get(name.casefold(), ()))
            yield RubricLine(name, "", (), "", "", is_supported=True, names=scale)


def _scale(names: Sequence[str], reached: str) -> tuple[Step, ...]:
    if reached.casefold() not in (name.casefold() for name in names):
        return ()
    return tuple(Step(name, name.casefold() == reached.casefold()) for name in names)
