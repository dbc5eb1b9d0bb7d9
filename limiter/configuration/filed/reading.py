"""A file of limits as it is read, with each value as its column has it, and as it is written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import IntegerField

from .kinds import KINDS, VERSION, Kind

SCHEMA = 1  # of the file
TABLES = {kind.table: kind for kind in KINDS}
FORM = 'A file of limits is {"upstreams": {NAME: {SETTING: VALUE}}}, and the same for "plans" and "groups".'

Filed = Mapping[str, Mapping[str, Mapping[str, Any]]]  # settings by name, by table; one not named: untouched


def exported() -> dict[str, Any]:
    """Every upstream with its settings, those of its companion included, every plan and every group."""
    tables = {
        kind.table: {str(row.pk): {VERSION: row.version, **kind.now(row)} for row in kind.rows()}
        for kind in KINDS
    }
    return {"schema": SCHEMA, **tables}


def declared() -> Filed:
    """What the settings LIMITER_UPSTREAMS, LIMITER_PLANS and LIMITER_GROUPS say. Raises ValidationError."""
    said = {kind.table: getattr(settings, kind.setting, None) for kind in KINDS}
    return limits_in({table: rows for table, rows in said.items() if rows is not None} or {"upstreams": {}})


def read(file: Path) -> Filed:
    """What a file says, in TOML or JSON by its name. Raises OSError, and ValueError or ValidationError."""
    text = file.read_text(encoding="utf-8")
    return limits_in(tomllib.loads(text) if file.suffix == ".toml" else json.loads(text))


def limits_in(data: Any) -> Filed:
    """The rows of what was read, each value as its column has it. Raises ValidationError."""
    if not isinstance(data, dict):
        raise ValidationError(FORM)
    if data.get("schema", SCHEMA) != SCHEMA:
        raise ValidationError(f"This reads files of schema {SCHEMA}, not of {data['schema']}.")
    tables = {table: rows for table, rows in data.items() if table != "schema"}
    if not tables or set(tables) - set(TABLES) or not all(map(_is_table, tables.values())):
        raise ValidationError(FORM)
    return {
        table: {
            name: {setting: _value(TABLES[table], name, setting, value) for setting, value in wanted.items()}
            for name, wanted in rows.items()
        }
        for table, rows in tables.items()
    }


def _is_table(rows: object) -> bool:
    return isinstance(rows, dict) and all(isinstance(each, dict) for each in rows.values())


def _value(kind: Kind, name: str, setting: str, value: Any) -> Any:
    if setting == VERSION:
        return value
    if setting not in kind.settings():
        raise ValidationError(f"{name}: {setting} is not a setting that a file keeps.")
    field = kind.field(setting)
    if field is None:
        return value
    if value == "" and field.null:  # as TOML says that there is none
        return None
    match field.get_internal_type():
        case "BooleanField":
            is_right, expected = isinstance(value, bool), "true or false"
        case "JSONField":
            is_right, expected = isinstance(value, list), "a list of names"
        case _ if isinstance(field, IntegerField):
            is_right, expected = _is_whole(value), "a whole number"
        case _:
            is_right, expected = not isinstance(value, bool | dict | list), "a number or a text"
    if not is_right:
        raise ValidationError(f"{name}: {setting} is {value!r}: expected {expected}.")
    try:
        return field.to_python(value)
    except ValidationError as error:
        raise ValidationError(f"{name}: {setting}: {' '.join(error.messages)}") from None


def _is_whole(value: object) -> bool:
    """A column of whole numbers would cut off what is behind the point."""
    return value is None or (not isinstance(value, bool) and isinstance(value, int))
