"""What every change has in common: values read by their fields, an author and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models

from limiter.operations.watch import report


class Signed(Protocol):
    author: Any
    reason: Any


def assign(row: models.Model, values: Mapping[str, Any], allowed: tuple[str, ...]) -> bool:
    """Put values on a row, each as its field reads it, and say whether anything is different now."""
    if unknown := sorted(set(values) - set(allowed)):
        raise ValidationError(f"{unknown[0]} is not a setting of a {row._meta.verbose_name}.")
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        field = next(each for each in row._meta.concrete_fields if name in (each.name, each.attname))
        try:
            setattr(row, name, _read(field, value))
        except ValidationError as error:
            raise ValidationError({field.name: error.messages}) from None
    return any(getattr(row, name) != before[name] for name in values)


def _read(field: models.Field[Any, Any], value: Any) -> Any:
    """As its column reads it, which would cut a fraction off, and take True for 1, or NaN for a number."""
    if isinstance(field, models.IntegerField | models.FloatField):
        is_whole = isinstance(field, models.IntegerField)
        expected = "Expected a whole number." if is_whole else "Expected a number."
        if isinstance(value, bool):
            raise ValidationError(expected)
        if isinstance(value, float | Decimal) and (not isfinite(value) or (is_whole and value % 1)):
            raise ValidationError(expected)
        read = field.to_python(value)
        if read is not None and not isfinite(read):  # of a text
            raise ValidationError(expected)
        return read
    return field.to_python(value)


def key_of(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def sign(row: Signed, *, author: str, reason: str) -> None:
    require(author=author, reason=reason)
    row.author, row.reason = author, reason


def require(**given: str) -> None:
    """Refuse a change without an author and a reason."""
    sentences = {"author": "Say who makes this change.", "reason": "Say why this is changed."}
    if missing := {name: sentences[name] for name, words in given.items() if not words.strip()}:
        raise ValidationError(missing)


UNTOLD = ("author", "reason", "version", "applied", "changed_at")  # of a change, not of what is changed


def report_change(row: models.Model, *, author: str, reason: str) -> None:
    """Before a row is saved: report the difference to the listeners."""
    stored = type(row)._default_manager.filter(pk=row.pk).first()
    before, after = _settings(stored), _settings(row)
    if stored is not None:
        after = {name: value for name, value in after.items() if value != before[name]}
        before = {name: before[name] for name in after}
    kind = str(row._meta.verbose_name)
    report(kind=kind, key=_key(row), before=before, after=after, author=author, reason=reason)


def report_removal(row: models.Model, *, author: str, reason: str) -> None:
    """Before a row is deleted: report it to the listeners."""
    kind = str(row._meta.verbose_name)
    report(kind=kind, key=_key(row), before=_settings(row), after={}, author=author, reason=reason)


def _settings(row: models.Model | None) -> dict[str, Any]:
    if row is None:
        return {}
    fields = row._meta.concrete_fields
    return {f.attname: getattr(row, f.attname) for f in fields if not f.primary_key and f.name not in UNTOLD}


def _key(row: models.Model) -> str:
    """As people call it."""
    names = ("name", "flow", "group")
    return str(next((getattr(row, name) for name in names if hasattr(row, name)), row.pk))
