"""Typed reading of the environment: a wrong value ends the start with its name and what is expected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

from limiter.base.addresses import SCHEMES, sentinels_of

BASE_DIR = Path(__file__).resolve().parent.parent

N = TypeVar("N", int, float)

_env = environ.Env()
SECRET_LENGTH = 50  # as `manage.py check --deploy` wants it
SECRET_VARIETY = 5  # different characters
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


def read_file(path: Path = BASE_DIR / ".env") -> None:
    """Take from .env what the real environment does not set."""
    if path.exists():
        environ.Env.read_env(path, overwrite=False)


def text(name: str, default: str | None = None) -> str:
    """A variable that is set to nothing counts as not set."""
    value = str(_env.str(name, default="")).strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set: expected a value")
    return default


def secret(name: str) -> str:
    """A long random value, which no message ever repeats."""
    value = text(name, "")
    if len(value) < SECRET_LENGTH or len(set(value)) < SECRET_VARIETY:
        problem = "too easy to guess" if value else "not set"
        raise ImproperlyConfigured(
            f"{name} is {problem}: expected at least {SECRET_LENGTH} random characters"
        )
    return value


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    return _number(name, default, int, minimum, "a whole number")


def number(name: str, default: float, *, minimum: float = 0.0) -> float:
    return _number(name, default, float, minimum, "a number")


def optional_integer(name: str, *, minimum: int = 0) -> int | None:
    return integer(name, minimum, minimum=minimum) if text(name, "") else None


def optional_number(name: str, *, minimum: float = 0.0) -> float | None:
    return number(name, minimum, minimum=minimum) if text(name, "") else None


def boolean(name: str, default: bool) -> bool:
    value = text(name, "").lower()
    if not value:
        return default
    if value not in (*_TRUE, *_FALSE):
        raise _unexpected(name, value, "true or false")
    return value in _TRUE


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    value = text(name, default)
    if value not in choices:
        raise _unexpected(name, value, f"one of {', '.join(choices)}")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    if value not in available_timezones():
        raise _unexpected(name, value, "a time zone such as Europe/Berlin")
    return value


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """Comma-separated."""
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def url(name: str, schemes: Sequence[str], default: str = "") -> str:
    value = text(name, default)
    if value and not _is_url(value, schemes):
        raise ImproperlyConfigured(f"{name} is not a URL that can be used here: expected {_forms(schemes)}")
    return value


def redis(name: str) -> str:
    """The address of a Redis, or of the Sentinels that know it; "" where it is not set."""
    value = text(name, "")
    try:
        by_sentinel = sentinels_of(value) is not None
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL that can be used here: {error}") from None
    return value if by_sentinel else url(name, SCHEMES)


def database(name: str) -> dict[str, Any] | None:
    """Django's database settings from a URL; None where it is not set."""
    value = url(name, ("postgres", "postgresql"))
    if not value:
        return None
    settings = dict(environ.Env.db_url_config(value))
    options = settings.setdefault("OPTIONS", {})
    settings["HOST"] = options.pop("host", settings["HOST"])  # a socket's folder, as libpq writes it
    settings["PORT"] = options.pop("port", settings["PORT"])
    if not settings["NAME"]:
        raise ImproperlyConfigured(
            f"{name} names no database: expected postgres://user:password@host:port/name"
        )
    return settings


def email(name: str, default: str) -> dict[str, Any]:
    """Django's EMAIL_ settings from a URL."""
    value = url(name, ("smtp", "smtp+tls", "smtp+ssl", "consolemail"), default)
    return {
        key: part for key, part in environ.Env.email_url_config(value).items() if key.startswith("EMAIL_")
    }


def _number(name: str, default: N, kind: Callable[[str], N], minimum: N, expected: str) -> N:
    raw = text(name, str(default))
    try:
        value = kind(raw)
    except ValueError:
        raise _unexpected(name, raw, expected) from None
    if not minimum <= value < float("inf"):  # refuses nan as well
        raise _unexpected(name, raw, f"{expected}, at least {minimum}")
    return value


def _is_url(value: str, schemes: Sequence[str]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))


def _forms(schemes: Sequence[str]) -> str:
    return " or ".join(f"{scheme}://..." for scheme in schemes)


def _unexpected(name: str, value: str, expected: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {value!r}: expected {expected}")
