"""A forecast in a teacher's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.selectors.teaching.forecast import Basis, Forecast, Hour

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BASIS: dict[Basis, StrOrPromise] = {
    Basis.COURSE: gettext_lazy("Learned from earlier deadlines of this course."),
    Basis.ALL: gettext_lazy("Learned from earlier deadlines of all courses: this one has had too few."),
    Basis.ASSUMED: gettext_lazy(
        "An assumption, as no deadline has passed here yet: half of the class in the last six hours."
    ),
}
LAST_HOURS = 24
WIDTH, HEIGHT = 420, 120
SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Column:
    """One hour of the last day before the deadline, drawn."""

    hour: Hour
    hours_left: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Outlook:
    forecast: Forecast
    verdict: StrOrPromise
    tone: str
    icon: str
    basis: StrOrPromise
    columns: Sequence[Column]
    capacity_y: float | None  # where what can be done in an hour is drawn; None: above the drawing
    last_ready: datetime
    fewer: int | None  # of those that have not handed in, the number that will, where it is another
    width: int = WIDTH
    height: int = HEIGHT


def outlook_of(forecast: Forecast | None) -> Outlook | None:
    if forecast is None:
        return None
    verdict, tone, icon = _verdict(forecast)
    shown = forecast.hours[-LAST_HOURS:]
    highest = max((hour.calls for hour in shown), default=0.0) or 1.0
    unit = (HEIGHT - 8) / highest
    columns = [_column(place, hour, len(shown), unit) for place, hour in enumerate(shown)]
    per_hour = forecast.capacity.calls_an_hour
    line = HEIGHT - per_hour * unit if per_hour is not None and per_hour <= highest else None
    expected = round(forecast.expected)
    return Outlook(
        forecast, verdict, tone, icon, BASIS[forecast.past.basis], columns, line, forecast.last_ready,
        fewer=expected if expected < forecast.to_come else None,
    )  # fmt: skip


def _column(place: int, hour: Hour, number: int, unit: float) -> Column:
    width, height = WIDTH / number, hour.calls * unit
    return Column(
        hour, number - place, round(place * width, 1), round(HEIGHT - height, 1), round(width - 2, 1),
        round(height, 1),
    )  # fmt: skip


def _verdict(forecast: Forecast) -> tuple[str, str, str]:
    if forecast.to_come == 0:
        return _("Everybody has handed in."), "done", "check"
    wait = forecast.longest_wait
    if wait <= SOON:
        return _("The service can take it: nobody should wait long."), "done", "check"
    words = _(
        "More than the service can do at once. Who hands in at the worst moment waits about %(wait)s for the "
        "first feedback. An earlier deadline for half of the class, or a day more, would help."
    )
    return words % {"wait": _about(wait)}, "limited", "gauge"


def _about(wait: timedelta) -> str:
    minutes = round(wait.total_seconds() / 60)
    if minutes < 90:
        return _("%(number)d minutes") % {"number": 5 * round(minutes / 5)}
    return _("%(number)d hours") % {"number": round(minutes / 60)}
