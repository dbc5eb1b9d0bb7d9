"""Backpressure: whether more may be handed in. This is the only place where work is refused.

What was accepted is never refused later; beyond the queue's bound it is held and fed in (feeding.py).
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.errors import Refused
from feedback.models import Course, Document, User
from feedback.selectors.intake.admission import Bound, BoundOf, bounds_of
from limiter.models import Upstream

WORDS = {
    BoundOf.OWN: gettext_lazy("As much of your work is waiting as may wait at once."),
    BoundOf.COURSE: gettext_lazy("As much work of this course is waiting as may wait at once."),
    BoundOf.UPSTREAM: gettext_lazy("So much work is waiting that yours could not begin in good time."),
}
IN_SECONDS = 90  # up to which a wait is shown in seconds


def admit(document: Document) -> None:
    """Let a document in that was just written, or raise Refused, which undoes it.

    Its owner, its course and its upstream are locked until commit, always in this order: of two at the same
    moment the second counts the first, so both can't have the last place.
    """
    _lock(document)
    for bound in bounds_of(document):
        if bound.is_broken:
            raise Refused(_sentence(bound), field=bound.of, retry_after=bound.retry_after)


def _lock(document: Document) -> None:
    # Not FOR UPDATE: rows that refer to these go on being written meanwhile.
    list(User.objects.select_for_update(no_key=True).filter(pk=document.owner_id).values("pk"))
    if document.assignment is not None:
        course = Course.objects.select_for_update(no_key=True).filter(pk=document.assignment.course_id)
        list(course.values("pk"))
    list(Upstream.objects.select_for_update(no_key=True).filter(pk=document.upstream).values("pk"))


def _sentence(bound: Bound) -> str:
    again = _("Try again in %(wait)s.") % {"wait": _wait(bound.retry_after)}
    return f"{WORDS[bound.of]} {again}"


def _wait(seconds: int) -> str:
    if seconds <= IN_SECONDS:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
