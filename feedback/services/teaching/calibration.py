"""A teacher's own levels of some texts, and the correction of a provider's levels by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from django.db import transaction

from feedback.base.agreement import FEWEST, Line
from feedback.models import Assignment, Calibration, Criterion, Document, ReferenceLevel, User
from feedback.providers.honesty import Level
from feedback.selectors.teaching.calibration import agreements, suggested_on
from feedback.services.operations import audit


@transaction.atomic
def give_levels(document: Document, levels: Mapping[UUID, int | None], *, by: User) -> None:
    """Keep the teacher's levels of a text, numbers from 1 by criterion; none takes a level back.

    What the provider suggested is kept beside them as it is now: a later run may say otherwise.
    """
    Document.objects.select_for_update().filter(pk=document.pk).values_list("pk", flat=True).get()
    criteria = {each.pk: each for each in Criterion.objects.filter(assignment=document.assignment_id)}
    suggested = suggested_on(document)
    for key, level in levels.items():
        criterion = criteria.get(key)
        if criterion is None or (level is not None and not 1 <= level <= len(criterion.levels)):
            continue
        if level is None:
            ReferenceLevel.objects.filter(document=document, criterion=criterion).delete()
            continue
        values = {"level": level, "by": by, **suggested.given(criterion)}
        ReferenceLevel.objects.update_or_create(document=document, criterion=criterion, defaults=values)


@transaction.atomic
def correct(assignment: Assignment, *, by: User) -> int:
    """Correct what is suggested from now on by the teacher's levels; the number of criteria that have enough.

    Feedback that is written keeps the levels it has.
    """
    Assignment.objects.select_for_update().filter(pk=assignment.pk).values_list("pk", flat=True).get()
    enough = [each for each in agreements(assignment) if each.of and each.of.papers >= FEWEST]
    for each in enough:
        line = each.of.line if each.of else None
        values = {
            "provider": each.provider,
            "highest": len(each.criterion.levels),
            "papers": each.of.papers if each.of else 0,
            "offset": line.offset if line else None,
            "slope": line.slope if line else None,
            "by": by,
        }
        Calibration.objects.filter(criterion=each.criterion).delete()
        Calibration.objects.create(criterion=each.criterion, **values)
    if enough:
        after = {each.criterion.name: str(each.of.line if each.of else None) for each in enough}
        _record(assignment, "corrected levels of", by, after)
    return len(enough)


@transaction.atomic
def stop_correcting(assignment: Assignment, *, by: User) -> None:
    """Suggest levels as the provider gives them; the teacher's own levels stay."""
    if Calibration.objects.filter(criterion__assignment=assignment).delete()[0]:
        _record(assignment, "stopped correcting levels of", by, {})


def _record(assignment: Assignment, what: str, by: User, after: Mapping[str, str]) -> None:
    audit.record(
        author=by.get_username(), what=what, kind="assignment", subject=assignment.pk, after=dict(after)
    )


def corrected(levels: Iterable[Level], assignment: Assignment | None, provider: str) -> Iterator[Level]:
    """Levels as a student sees them: moved along the line of their criterion, or withheld.

    A calibration holds for the provider that it was made with, and while the criterion has as many levels.
    """
    known = _calibrations(assignment, provider)
    for level in levels:
        yield _corrected(level, known.get(level["criterion"]))


def _calibrations(assignment: Assignment | None, provider: str) -> dict[str, Calibration]:
    if assignment is None:
        return {}
    found = Calibration.objects.filter(criterion__assignment=assignment, provider=provider)
    return {each.criterion.name: each for each in found.select_related("criterion")}


def _corrected(level: Level, calibration: Calibration | None) -> Level:
    names = calibration.criterion.levels if calibration else []
    if calibration is None or len(names) != calibration.highest or level["level"] not in names:
        return level
    if calibration.offset is None or calibration.slope is None:
        return {**level, "level": "", "uncorrected": level["level"]}
    line = Line(calibration.offset, calibration.slope)
    moved = names[line(names.index(level["level"]) + 1, len(names)) - 1]
    return level if moved == level["level"] else {**level, "level": moved, "uncorrected": level["level"]}
