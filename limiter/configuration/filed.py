"""Upstreams as a file, or as the setting LIMITER_UPSTREAMS: reviewed by people, and applied as a difference.

    [upstreams.provider]
    requests_per_minute = 600
    burst = 5

What operators decide from hour to hour (a pause, a forced breaker) is not in it: applying a file that was
written before an incident ends no pause.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from limiter.models import Upstream

from .companion import companion, companion_settings
from .publication import SETTINGS, body_of

SCHEMA = 1  # of the file
VERSION = "version"  # in a file: the one that it was written from
OF_THE_HOUR = ("paused", "breaker_mode")
FORM = 'Upstreams in a file are {"upstreams": {NAME: {SETTING: VALUE}}}.'

Filed = Mapping[str, Mapping[str, Any]]  # settings by upstream


def exported() -> dict[str, Any]:
    """Every upstream with its settings, those of its companion included."""
    rows = Upstream.objects.order_by("name")
    return {
        "schema": SCHEMA,
        "upstreams": {row.name: {VERSION: row.version, **settings_of(row)} for row in rows},
    }


def settings_of(row: Upstream) -> dict[str, Any]:
    """What a file may say of an upstream, as it is now."""
    own = {name: value for name, value in body_of(row).items() if name not in OF_THE_HOUR}
    keeper = companion()
    return {**own, **(keeper.values_of(row.name) if keeper else {})}


def declared() -> Filed:
    """What the setting LIMITER_UPSTREAMS says. Raises ValidationError."""
    return upstreams_in({"upstreams": getattr(settings, "LIMITER_UPSTREAMS", {})})


def read(file: Path) -> Filed:
    """What a file says, in TOML or JSON by its name. Raises OSError, and ValueError or ValidationError."""
    text = file.read_text(encoding="utf-8")
    return upstreams_in(tomllib.loads(text) if file.suffix == ".toml" else json.loads(text))


def upstreams_in(data: Any) -> Filed:
    """The upstreams of what was read, each value as its column has it. Raises ValidationError."""
    upstreams = data.get("upstreams") if isinstance(data, dict) else None
    if not isinstance(upstreams, dict) or not all(isinstance(each, dict) for each in upstreams.values()):
        raise ValidationError(FORM)
    if data.get("schema", SCHEMA) != SCHEMA:
        raise ValidationError(f"This reads files of schema {SCHEMA}, not of {data['schema']}.")
    return {
        name: {setting: _value(name, setting, value) for setting, value in wanted.items()}
        for name, wanted in upstreams.items()
    }


def _value(upstream: str, setting: str, value: Any) -> Any:
    if setting in companion_settings() or setting == VERSION:
        return value
    if setting not in SETTINGS or setting in OF_THE_HOUR:
        raise ValidationError(f"{upstream}: {setting} is not a setting that a file keeps.")
    field = next(each for each in Upstream._meta.concrete_fields if each.name == setting)
    if value == "" and field.null:  # as TOML says that there is none
        return None
    is_switch = field.get_internal_type() == "BooleanField"
    if isinstance(value, bool) is not is_switch or isinstance(value, dict | list):
        expected = "true or false" if is_switch else "a number or a text"
        raise ValidationError(f"{upstream}: {setting} is {value!r}: expected {expected}.")
    try:
        return field.to_python(value)
    except ValidationError as error:
        raise ValidationError(f"{upstream}: {setting}: {' '.join(error.messages)}") from None
