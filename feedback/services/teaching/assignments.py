"""Assignments and their rubrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from feedback.errors import Refused
from feedback.models import Assignment, Course, Criterion


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of a rubric, as it shall be. `id` names one that is there already."""

    name: str
    description: str = ""
    levels: tuple[str, ...] = ()  # weakest first
    id: UUID | None = None


@transaction.atomic
def save_assignment(
    *, course: Course, assignment: Assignment | None, fields: Mapping[str, Any], rubric: Sequence[Line]
) -> Assignment:
    """A new one, or other values for one that is there. Raises Refused where its title is taken.

    Feedback keeps the levels that it was written with; what is handed in from now on is read by these.
    """
    try:
        with transaction.atomic():
            if assignment is None:
                assignment = Assignment.objects.create(course=course, **fields)
            else:
                Assignment.objects.filter(pk=assignment.pk).update(**fields)
    except IntegrityError:
        raise Refused(_("This course has an assignment with this title already."), field="title") from None
    _save_rubric(assignment, rubric)
    return assignment


def _save_rubric(assignment: Assignment, lines: Sequence[Line]) -> None:
    """Lines keep their ids, so that they can be moved and renamed; positions are checked at commit."""
    kept = [line.id for line in lines if line.id]
    assignment.criteria.exclude(pk__in=kept).delete()
    for position, line in enumerate(lines):
        values = {
            "position": position, "name": line.name, "description": line.description,
            "levels": list(line.levels),
        }  # fmt: skip
        if not line.id or not assignment.criteria.filter(pk=line.id).update(**values):
            Criterion.objects.create(assignment=assignment, **values)
