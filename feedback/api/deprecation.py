"""An operation that shall go: marked in the schema, and in its answers until then (RFC 9745, RFC 8594)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from django.utils.http import http_date

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

NOTICE = timedelta(days=365)  # that clients have at least
DOCS = "/api/docs/"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deprecation:
    since: datetime
    sunset: datetime

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise ValueError(f"clients have {NOTICE.days} days from a deprecation to its end")

    def mark(self, response: HttpResponseBase) -> None:
        response["Deprecation"] = f"@{int(self.since.timestamp())}"
        response["Sunset"] = http_date(self.sunset.timestamp())
        response["Link"] = f'<{DOCS}>; rel="deprecation"; type="text/html"'


def deprecated(*, since: str, sunset: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Of an operation, below its route: dates of UTC, as `2027-01-31`. Raises ValueError."""
    notice = Deprecation(*(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, sunset)))

    def marked(operation: Callable[P, T]) -> Callable[P, T]:
        @wraps(operation)
        def noted(*args: P.args, **kwargs: P.kwargs) -> T:
            cast("Any", args[0]).deprecation = notice
            return operation(*args, **kwargs)

        noted.deprecation = notice  # type: ignore[attr-defined]
        return noted

    return marked


def mark(request: HttpRequest, response: HttpResponseBase) -> None:
    notice: Deprecation | None = getattr(request, "deprecation", None)
    if notice is not None:
        notice.mark(response)


def describe(described: dict[str, Any], operation: Callable[..., Any]) -> None:
    """The mark in the schema, with the day that it ends."""
    notice: Deprecation | None = getattr(operation, "deprecation", None)
    if notice is not None:
        described["deprecated"] = True
        words = f"Deprecated since {notice.since:%Y-%m-%d}; it ends on {notice.sunset:%Y-%m-%d}."
        described["description"] = f"{described.get('description', '')}\n\n{words}".strip()
