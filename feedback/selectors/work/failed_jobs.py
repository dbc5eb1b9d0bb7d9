"""Failed jobs by cause: those that go on only when an operator starts them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Aggregate, Count, Max, Min, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from feedback.messages.model import Message
from feedback.models import Job
from feedback.models.messages import MessageField

MOST = 50  # causes that are listed, those with the most jobs
WITHOUT_CODE = "-"
CODE = Coalesce(KT("error__code"), Value(WITHOUT_CODE), output_field=TextField())


@dataclass(frozen=True, slots=True)
class FailureCause:
    outcome: str
    code: str  # of the error; a dash where none was kept
    jobs: int
    oldest: datetime
    newest: datetime
    problem: Message | None  # what one of their students reads
    error: Message | None  # what one of them says


def failed_by_cause() -> list[FailureCause]:
    """Over an index of what is not done: what was done well costs nothing here."""
    rows = (
        Job.objects.filter(state=Job.State.FAILED)
        .annotate(code=CODE)
        .order_by()
        .values("outcome", "code")
        .annotate(
            jobs=Count("pk"), oldest=Min("finished_at"), newest=Max("finished_at"),
            problem=_one_of("problem"), error=_one_of("error"),
        )
        .order_by("-jobs", "code")[:MOST]
    )  # fmt: skip
    return [FailureCause(**row) for row in rows]


def _one_of(field: str) -> Aggregate:
    """The greatest as text, which is any of them, and the same each time."""
    return Max(Cast(field, TextField()), output_field=MessageField())


def failed_by(*, outcome: str, code: str) -> QuerySet[Job]:
    """The jobs of one cause, the oldest first."""
    failed = Job.objects.filter(state=Job.State.FAILED, outcome=outcome)
    return failed.annotate(code=CODE).filter(code=code).order_by("pk")
