"""Texts that a teacher has given levels of their own, and how a provider's levels stand to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef

from feedback.base.agreement import FEWEST, MOST, Agreement, agreement_of
from feedback.models import Assignment, Calibration, Criterion, Document, Edit, Feedback, ReferenceLevel


@dataclass(frozen=True, slots=True)
class Suggested:
    """The levels that a provider gave a text, before any correction and any edit, by criterion."""

    provider: str
    levels: Mapping[str, str]

    def given(self, criterion: Criterion) -> dict[str, Any]:
        """The fields of a reference level."""
        name = self.levels.get(criterion.name, "")
        at = criterion.levels.index(name) + 1 if name in criterion.levels else None
        return {"suggested": at, "provider": self.provider}


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the assignment, and whether it has levels of its teacher's."""

    document: Document
    has_levels: bool


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """One criterion of the report."""

    criterion: Criterion
    provider: str
    of: Agreement | None  # None: fewer than two texts have both levels
    lacking: int  # texts that are still to be given a level
    calibration: Calibration | None


def criteria_of(assignment: Assignment) -> list[Criterion]:
    """Those with levels to choose from."""
    return [each for each in assignment.criteria.all() if len(each.levels) > 1]


def suggested_on(document: Document) -> Suggested:
    feedback = Feedback.objects.filter(document=document, section=None, provisional=False).first()
    if feedback is None:
        return Suggested("", {})
    levels = {level["criterion"]: level.get("uncorrected") or level["level"] for level in feedback.levels}
    first: dict[str, str] = {}
    edits = Edit.objects.filter(document=document, section=None, part=Edit.Part.LEVEL).order_by("pk")
    for subject, before in edits.values_list("subject", "before"):
        first.setdefault(subject, before)
    edited = {name: before for name, before in first.items() if name in levels or before}
    kept = {level["criterion"]: level["uncorrected"] for level in feedback.levels if level.get("uncorrected")}
    return Suggested(feedback.provider, {**levels, **edited, **kept})


def texts_of(assignment: Assignment) -> list[Text]:
    """The texts to give levels: those that have some first, then others in an order that says nothing."""
    whole = Feedback.objects.filter(document=OuterRef("pk"), section=None, provisional=False)
    texts = Document.objects.filter(
        Exists(whole), assignment=assignment, state=Document.State.COMPLETE, next__isnull=True
    )
    counted = texts.annotate(given=Count("reference_levels", distinct=True)).select_related("owner")
    return [Text(each, bool(getattr(each, "given", 0))) for each in counted.order_by("-given", "pk")[:MOST]]


def levels_given(document: Document) -> dict[Any, int]:
    """By criterion."""
    return dict(ReferenceLevel.objects.filter(document=document).values_list("criterion_id", "level"))


def agreements(assignment: Assignment) -> list[CriterionAgreement]:
    """Of each criterion with levels, for the provider that suggested most of them."""
    criteria = criteria_of(assignment)
    rows = ReferenceLevel.objects.filter(criterion__in=criteria, suggested__isnull=False).order_by("-at")
    calibrations = {each.pk: each for each in Calibration.objects.filter(criterion__in=criteria)}
    return [
        _agreement(each, list(rows.filter(criterion=each)), calibrations.get(each.pk)) for each in criteria
    ]


def _agreement(
    criterion: Criterion, rows: Sequence[ReferenceLevel], calibration: Calibration | None
) -> CriterionAgreement:
    providers = [row.provider for row in rows]
    provider = max(sorted(set(providers)), key=providers.count, default="")
    highest = len(criterion.levels)
    pairs = list(_pairs(rows, provider, highest))[:MOST]
    of = agreement_of(pairs, highest) if len(pairs) > 1 else None
    return CriterionAgreement(criterion, provider, of, max(0, FEWEST - len(pairs)), calibration)


def _pairs(rows: Sequence[ReferenceLevel], provider: str, highest: int) -> Iterator[tuple[int, int]]:
    """A level beyond the scale was given when the criterion had more."""
    for row in rows:
        if row.provider == provider and row.suggested and max(row.level, row.suggested) <= highest:
            yield row.level, row.suggested


def is_corrected(assignment: Assignment) -> bool:
    return Calibration.objects.filter(criterion__assignment=assignment).exists()
