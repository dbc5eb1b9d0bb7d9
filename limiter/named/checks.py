"""LIMITS, BREAKERS and CONCURRENCY are right before the process starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .configured import ImproperlyConfigured, entries
from .settings import read_breaker, read_concurrency, read_limit

if TYPE_CHECKING:
    from django.apps import AppConfig

LIMIT_HINT = 'Expected {"name": {"algorithm": "token_bucket", "rate": "30/m", "burst": 10}}.'
BREAKER_HINT = 'Expected {"name": {"failures": 5, "open_seconds": 60}}.'
CONCURRENCY_HINT = 'Expected {"name": {"most": 4, "lease_seconds": 30}}.'
SITE_HINT = 'Expected {"a name of LIMITS": "address" or "user"}.'


@register("limiter")
def check_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        *_each("LIMITS", read_limit, LIMIT_HINT, "limiter.E010"),
        *_each("BREAKERS", read_breaker, BREAKER_HINT, "limiter.E011"),
        *_each("CONCURRENCY", read_concurrency, CONCURRENCY_HINT, "limiter.E013"),
        *_site(),
    ]


def _each(setting: str, read: Callable[[str, object], object], hint: str, id: str) -> list[CheckMessage]:
    named: object = entries(setting)
    if not isinstance(named, dict):
        return [Error(f"{setting} must be a dict.", hint=hint, id=id)]
    found: list[CheckMessage] = []
    for name, entry in named.items():
        try:
            read(name, entry)
        except ImproperlyConfigured as error:
            found.append(Error(str(error), hint=hint, id=id))
    return found


def _site() -> list[CheckMessage]:
    site: object = getattr(settings, "LIMITS_SITE", {})
    if isinstance(site, dict) and all(
        name in entries("LIMITS") and key in ("address", "user") for name, key in site.items()
    ):
        return []
    return [Error(f"LIMITS_SITE can't be {site!r}.", hint=SITE_HINT, id="limiter.E012")]
