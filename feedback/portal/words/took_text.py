"""Why it took as long as it did, in one sentence or two."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.models import Document
from feedback.selectors.work.duration import LONG, Bound, Took, whole_of

from .times import short_time
from .wait_text import joined


def took_in_words(took: Took | None) -> str:
    """Empty where it was quick."""
    if took is None:
        return ""
    return joined(_whole(took.whole), _in_line(took), _away(took.away))


def whole_in_words(document: Document) -> str:
    """The first sentence of it alone, which costs no question."""
    whole = whole_of(document)
    return _whole(whole) if whole else ""


def _whole(whole: timedelta) -> str:
    return _("It took %(time)s from handing in.") % {"time": short_time(whole)}


def _in_line(took: Took) -> str:
    if took.in_line < LONG:
        return ""
    time = {"time": short_time(took.in_line)}
    if took.bound is Bound.UNKNOWN:
        return _("For %(time)s it was in line.") % time
    limit = {**time, "limit": number_format(took.limit, 0)}
    if took.bound is Bound.RATE:
        words = ngettext(
            "For %(time)s it was in line: the service took at most %(limit)s request a minute.",
            "For %(time)s it was in line: the service took at most %(limit)s requests a minute.",
            round(took.limit),
        )
    else:
        words = ngettext(
            "For %(time)s it was in line: the service worked on at most %(limit)s section at once.",
            "For %(time)s it was in line: the service worked on at most %(limit)s sections at once.",
            round(took.limit),
        )
    return words % limit


def _away(away: timedelta) -> str:
    if away < LONG:
        return ""
    return _("For %(time)s the service was away or paused.") % {"time": short_time(away)}
