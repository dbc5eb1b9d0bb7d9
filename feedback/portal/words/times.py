"""Ranges of seconds and lengths of time, as people say them."""

from __future__ import annotations

import math
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = 15.0  # seconds: no number would be more honest than "seconds"
MINUTE, HOUR = 60.0, 3600.0


def start_in_words(earliest: float | None, latest: float | None) -> str:
    """ "Starts in about 2 to 4 minutes." Empty where nothing is known."""
    if earliest is None or latest is None:
        return ""
    earliest, latest = sorted((max(0.0, earliest), max(0.0, latest)))
    if latest <= SOON:
        return _("Starts within seconds.")
    if latest <= MINUTE:
        return _("Starts within a minute.")
    if latest <= 1.5 * HOUR:
        return _minutes(math.floor(earliest / MINUTE), math.ceil(latest / MINUTE))
    return _hours(math.floor(earliest / HOUR), math.ceil(latest / HOUR))


def _minutes(low: int, high: int) -> str:
    if low < 1:
        return _("Starts within about %d minutes.") % high
    if low == high:
        return ngettext("Starts in about %d minute.", "Starts in about %d minutes.", low) % low
    return _("Starts in about %(low)d to %(high)d minutes.") % {"low": low, "high": high}


def _hours(low: int, high: int) -> str:
    if low < 1:
        return _("Starts within about %d hours.") % high
    if low == high:
        return ngettext("Starts in about %d hour.", "Starts in about %d hours.", low) % low
    return _("Starts in about %(low)d to %(high)d hours.") % {"low": low, "high": high}


def short_time(duration: timedelta | None, below: int = 90) -> str:
    """ "40 s", "3 min", "2 h 10 min": in each unit as long as the number is below this."""
    if duration is None:
        return ""
    seconds = round(duration.total_seconds())
    if seconds < below:
        return _("%(number)d s") % {"number": seconds}
    minutes = round(seconds / 60)
    if minutes < below:
        return _("%(number)d min") % {"number": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
