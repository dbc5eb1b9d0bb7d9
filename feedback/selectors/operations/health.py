"""Are students being served, and if not, why? One sentence, from the figures of this moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.operations.causes import cause_of
from limiter.operations.condition import Condition

from .binding import bindings_of
from .figures import Operations, UpstreamFigures

LONG_WAIT = timedelta(minutes=10)
LONG_LINE = 10  # jobs
THROTTLED = 5.0  # percent
ENOUGH = 10  # runs, before a share of them means anything


class Level(StrEnum):
    WELL = "well"
    SLOW = "slow"  # served, but not as they should be
    DOWN = "down"  # not served


@dataclass(frozen=True, slots=True)
class Health:
    level: Level
    sentence: str
    advice: str = ""  # what to do first


def health_of(now: Operations) -> Health:
    """The worst that is the case."""
    found = list(_candidates(now))
    return next((each for each in found if each.level is Level.DOWN), found[0])


def _candidates(now: Operations) -> Iterator[Health]:
    if now.gate_error or now.workers is None:
        yield Health(
            Level.DOWN,
            _("Students are not being served: Redis does not answer. What they hand in is kept."),
            _("Bring Redis back: work goes on by itself, and nothing is lost."),
        )
    if not now.solo and not now.alive:
        yield Health(
            Level.DOWN,
            _("Students are not being served: no worker runs, and %(work)s.") % {"work": _waiting(now)},
            _("Start a worker: manage.py rqworker, over all queues."),
        )
    yield from _unheard(now)
    yield from _stopped(now)
    yield from _hindered(now)
    yield _well(now)


def _unheard(now: Operations) -> Iterator[Health]:
    """Work that waits for an upstream whose queue no worker takes from, while others are served."""
    for each in now.upstreams:
        if each.waiting and now.is_unheard(each):
            words = _("Some students are not being served: no worker listens to %(upstream)s, and %(work)s.")
            jobs = ngettext("%(n)d job waits", "%(n)d jobs wait", each.waiting) % {"n": each.waiting}
            yield Health(
                Level.SLOW,
                words % {"upstream": each.name, "work": jobs},
                _("Start a worker that does: manage.py rqworker, over all queues."),
            )


def _stopped(now: Operations) -> Iterator[Health]:
    """Upstreams that let nothing through: it matters most where work waits for them."""
    still = [each for each in now.upstreams if each.stands_still]
    needed = [each for each in now.upstreams if each.waiting or each.in_flight]
    waited_for = [each for each in still if each.waiting]
    if waited_for:
        everywhere = all(each.stands_still for each in needed)
        first = max(waited_for, key=lambda each: each.waiting)
        words = (
            _("Students are not being served: %(why)s, and %(work)s.")
            if everywhere
            else _("Some students are not being served: %(why)s, and %(work)s.")
        )
        sentence = words % {"why": _why_still(first), "work": _waiting(now)}
        yield Health(Level.DOWN if everywhere else Level.SLOW, sentence, _what_helps(first))
    elif still:
        words = _("Nobody waits, but %(why)s: new work for it will wait.")
        if now.waiting:
            words = _("Students are being served, but %(why)s: new work for it will wait.")
        yield Health(Level.SLOW, words % {"why": _why_still(still[0])}, _what_helps(still[0]))


def _hindered(now: Operations) -> Iterator[Health]:
    for each in now.upstreams:
        if each.failed * 2 > each.runs and each.runs >= ENOUGH:
            words = _("Students are being served badly: more than half of the calls to %(upstream)s fail.")
            sentence = words % {"upstream": each.name}
            yield Health(Level.SLOW, sentence, _("Look at the failed jobs by fingerprint."))
    for each in now.upstreams:
        rate = each.throttle_rate
        if rate is not None and rate > THROTTLED and each.runs >= ENOUGH:
            words = _("Students are being served slowly: %(upstream)s throttles %(rate)d %% of the calls.")
            sentence = words % {"upstream": each.name, "rate": rate}
            yield Health(Level.SLOW, sentence, _("Lower its rate, or let it tune itself (adaptive)."))
    if now.oldest is not None and now.oldest > LONG_WAIT and now.waiting > LONG_LINE:
        words = _("Students are being served, and wait long: %(work)s, the oldest for %(minutes)d minutes.")
        sentence = words % {"work": _waiting(now), "minutes": now.oldest.total_seconds() / 60}
        yield Health(Level.SLOW, sentence, " ".join(map(str, bindings_of(now))))


def _well(now: Operations) -> Health:
    if not now.waiting and not now.in_flight:
        return Health(Level.WELL, _("Nobody waits: whatever is handed in starts at once."))
    calls = ngettext("%(n)d call is in flight", "%(n)d calls are in flight", now.in_flight)
    words = _("Students are being served: %(calls)s, %(work)s.")
    return Health(Level.WELL, words % {"calls": calls % {"n": now.in_flight}, "work": _waiting(now)})


def _waiting(now: Operations) -> str:
    if not now.waiting:
        return _("nothing waits")
    return ngettext("%(n)d job waits", "%(n)d jobs wait", now.waiting) % {"n": now.waiting}


def _why_still(figures: UpstreamFigures) -> str:
    name = {"upstream": figures.name}
    if figures.upstream.is_held and not figures.upstream.paused:
        words = _("%(upstream)s is held by itself (%(why)s)")
        return words % {**name, "why": _(cause_of(figures.upstream.held_cause).words)}
    if figures.condition is Condition.OPEN:
        return _open_since(figures)
    words = {
        Condition.PAUSED: _("%(upstream)s is paused"),
        Condition.FORCED_OPEN: _("the breaker of %(upstream)s is held open by an operator"),
        Condition.EXHAUSTED: _("the provider's quota of the day for %(upstream)s is used up"),
        Condition.UNCONFIGURED: _("the gate has no rules of %(upstream)s yet"),
    }.get(figures.condition, _("the gate does not answer for %(upstream)s"))
    return words % name


def _open_since(figures: UpstreamFigures) -> str:
    since = figures.status.breaker_since if figures.status else None
    if since is None:
        return _("the breaker of %(upstream)s is open") % {"upstream": figures.name}
    words = _("the breaker of %(upstream)s is open since %(time)s")
    return words % {"upstream": figures.name, "time": time_format(timezone.localtime(since), "H:i")}


def _what_helps(figures: UpstreamFigures) -> str:
    if figures.upstream.is_held and not figures.upstream.paused:
        return _(cause_of(figures.upstream.held_cause).advice)
    if figures.condition is Condition.OPEN and figures.probe_in is not None:
        words = _("It tries again by itself in %(seconds)d s; students get automatic feedback meanwhile.")
        return words % {"seconds": figures.probe_in}
    return {
        Condition.PAUSED: _("Resume it from its controls."),
        Condition.FORCED_OPEN: _("Give the breaker back to automatic from its controls."),
        Condition.EXHAUSTED: _("It goes on when the quota renews; ask the provider for more."),
        Condition.UNCONFIGURED: _("The housekeeping publishes them: look whether it runs."),
    }.get(figures.condition, _("It tries again by itself; students get automatic feedback meanwhile."))
