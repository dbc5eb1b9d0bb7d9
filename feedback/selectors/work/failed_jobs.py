"""Failed jobs by fingerprint: those that go on only when an operator starts them again.

A fingerprint is made of the run's outcome, the error's code and its arguments, without what differs from one
occurrence to the next: numbers, ids, addresses, and what stands in quotation marks. So one cause is one line,
whatever names and times its errors bear, and another cause with the same code is another line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Aggregate, Count, F, Func, Max, Min, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import MD5, Cast, Coalesce, Concat, Left, Lower

from feedback.messages.model import Message
from feedback.models import Job
from feedback.models.messages import MessageField

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

MOST = 50  # groups that are listed, those with the most jobs
LATELY = 2_000  # failed jobs that a page which is asked for every few seconds looks at, the newest
LENGTH = 12  # hexadecimal digits
WITHOUT_CODE = "-"
_CODE = Coalesce(KT("error__code"), Value(WITHOUT_CODE), output_field=TextField())
# In this order, in the syntax of Postgres. In JSON a quotation mark of a text has a backslash before it.
_CHANGING = (
    (r"""\\"[^"]*\\"|“[^”]*”|`[^`]*`|(?<!\w)'[^']*'(?!\w)""", "<quoted>"),
    (r'[^\s"]*[0-9][^\s"]*', "#"),
)


def _without_what_changes(text: Combinable) -> Combinable:
    def replaced(found: Combinable, change: tuple[str, str]) -> Combinable:
        return Func(found, *map(Value, (*change, "g")), function="regexp_replace", output_field=TextField())

    return reduce(replaced, _CHANGING, text)


_ARGUMENTS = Lower(
    _without_what_changes(Coalesce(KT("error__arguments"), Value(""), output_field=TextField()))
)
_NAMED = Concat(F("outcome"), Value("\n"), _CODE, Value("\n"), _ARGUMENTS, output_field=TextField())
FINGERPRINT = Left(MD5(_NAMED), LENGTH)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    fingerprint: str
    outcome: str
    code: str  # of the error; a dash where none was kept
    jobs: int
    kinds: Sequence[str]
    upstreams: Sequence[str]
    oldest: datetime
    newest: datetime
    problem: Message | None  # what one of their students reads
    error: Message | None  # what one of them says


def failures_by_fingerprint(*, most: int = MOST, lately: bool = False) -> list[FailureGroup]:
    """Over an index of what is not done: what was done well costs nothing here."""
    failed = Job.objects.filter(state=Job.State.FAILED)
    if lately:
        failed = Job.objects.filter(pk__in=failed.order_by("-pk").values("pk")[:LATELY])
    rows = (
        failed.annotate(failure=FINGERPRINT, code=_CODE)
        .order_by()
        .values_list("failure", "outcome", "code")
        .annotate(
            jobs=Count("pk"),
            kinds=ArrayAgg("kind", distinct=True), upstreams=ArrayAgg("upstream", distinct=True),
            oldest=Min("finished_at"), newest=Max("finished_at"),
            problem=_one_of("problem"), error=_one_of("error"),
        )
        .order_by("-jobs", "failure")[:most]
    )  # fmt: skip
    return [FailureGroup(*row) for row in rows]


def _one_of(field: str) -> Aggregate:
    """The greatest as text, which is any of them, and the same each time."""
    return Max(Cast(field, TextField()), output_field=MessageField())


def failed_with(fingerprint: str, among: QuerySet[Job] | None = None) -> QuerySet[Job]:
    """The failed jobs of one fingerprint; of its first digits, as a person types them."""
    failed = (Job.objects.all() if among is None else among).filter(state=Job.State.FAILED)
    return failed.annotate(failure=FINGERPRINT).filter(failure__startswith=fingerprint.lower())
