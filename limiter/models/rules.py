"""Rules that the database keeps, each with the field it concerns and a sentence for people."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Q


def rule(field: str, name: str, condition: Q, sentence: str) -> models.CheckConstraint:
    """A check constraint with a violation that is shown at `field` (see RuledModel)."""
    return models.CheckConstraint(
        condition=condition,
        name=f"limiter_{name}",
        violation_error_message=sentence,
        violation_error_code=field,
    )


def at_least(least: float, *fields: str) -> Q:
    """Each of the fields is null or at least so large."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": least})
    return condition


def within(field: str, least: float, most: float) -> Q:
    """Neither infinity nor NaN lies within: Postgres puts NaN above every number."""
    return Q(**{f"{field}__gte": least, f"{field}__lte": most})


def unset_or(field: str, condition: Q) -> Q:
    return Q(**{f"{field}__isnull": True}) | condition


def one_of(field: str, choices: type[models.TextChoices]) -> Q:
    return Q(**{f"{field}__in": choices.values})


class RuledModel(models.Model):
    """A model whose broken rules are reported at the field that broke them."""

    class Meta:
        abstract = True

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        try:
            super().validate_constraints(exclude=exclude)
        except ValidationError as error:
            raise ValidationError(self._by_field(error)) from None

    def _by_field(self, error: ValidationError) -> dict[str, list[Any]]:
        fields = {field.name for field in self._meta.get_fields()}
        sorted_out: dict[str, list[Any]] = {}
        for name, errors in error.error_dict.items():
            for each in errors:
                here = each.code if name == NON_FIELD_ERRORS and each.code in fields else name
                sorted_out.setdefault(here, []).append(each)
        return sorted_out
