"""Failed jobs by cause: those that go on only when an operator starts them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, F, Func, Max, Min, QuerySet, Value
from django.db.models.functions import Coalesce

from feedback.models import Job

MOST = 50  # causes that are listed, those with the most jobs
WITHOUT_NAME = "-"

# An error is kept as its class, a colon, and what it says.
NAME = Coalesce(
    Func(F("error"), Value("^[A-Za-z]+(?=:)"), function="substring", output_field=CharField()),
    Value(WITHOUT_NAME),
)


@dataclass(frozen=True, slots=True)
class FailureCause:
    outcome: str
    name: str  # the class of the error; a dash where a run ended without a word
    jobs: int
    oldest: datetime
    newest: datetime
    problem: str  # what one of their students reads
    error: str  # what one of them says


def failed_by_cause() -> list[FailureCause]:
    """Over an index of what is not done: what was done well costs nothing here."""
    rows = (
        Job.objects.filter(state=Job.State.FAILED)
        .annotate(name=NAME)
        .order_by()
        .values("outcome", "name")
        .annotate(
            jobs=Count("pk"), oldest=Min("finished_at"), newest=Max("finished_at"),
            problem=Max("problem"), error=Max("error"),
        )
        .order_by("-jobs", "name")[:MOST]
    )  # fmt: skip
    return [FailureCause(**row) for row in rows]


def failed_by(*, outcome: str, name: str) -> QuerySet[Job]:
    """The jobs of one cause, the oldest first."""
    failed = Job.objects.filter(state=Job.State.FAILED, outcome=outcome)
    return failed.annotate(name=NAME).filter(name=name).order_by("pk")
