"""Figures in words, for the admin's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from feedback.messages.errors import error_in_words
from feedback.messages.words import in_english
from feedback.operations.causes import cause_of
from feedback.portal.words.times import short_time
from feedback.selectors.operations.figures import UpstreamFigures
from feedback.selectors.operations.health import Level
from limiter.gate import BreakerMode
from limiter.operations.condition import Condition, icon_of, tone_of

register = template.Library()

CENT = Decimal("0.01")
ICONS = {Level.WELL: "check_circle", Level.SLOW: "warning", Level.DOWN: "error"}


@register.filter
def level_icon(level: Level) -> str:
    return ICONS[level]


@register.filter
def length_of(length: timedelta | None) -> str:
    """As people say it: 40 s, 12 min, 3 h 5 min."""
    return _("nobody waits") if length is None else short_time(max(timedelta(), length), below=100)


@register.filter
def share(percent: float | None) -> str:
    return _("no call") if percent is None else f"{percent:.0f} %"


@register.filter
def money(amount: Decimal) -> str:
    """Two decimals; as many as there are for what is less than a cent."""
    if 0 < abs(amount) < CENT:
        return number_format(f"{amount.normalize():f}")
    return number_format(amount.quantize(CENT, ROUND_HALF_UP), force_grouping=True)


@dataclass(frozen=True, slots=True)
class StateWords:
    words: str
    icon: str
    tone: str  # well, slow or down


@register.filter
def breaker_words(figures: UpstreamFigures) -> StateWords:
    """What the upstream lets through; tone and icon only repeat what the words say."""
    condition = figures.condition
    return StateWords(_words_of(figures, condition), icon_of(condition), tone_of(condition))


def _words_of(figures: UpstreamFigures, condition: Condition) -> str:
    if figures.upstream.is_held:
        return _("held: %(why)s") % {"why": _(cause_of(figures.upstream.held_cause).words)}
    if condition is Condition.OPEN and figures.probe_in is not None:
        return _("open, probe in %(seconds)d s") % {"seconds": figures.probe_in}
    return {
        Condition.PAUSED: _("paused"),
        Condition.UNREACHABLE: _("the gate does not answer"),
        Condition.UNCONFIGURED: _("the gate has no rules of it yet"),
        Condition.FORCED_OPEN: _("held open"),
        Condition.OPEN: _("open"),
        Condition.EXHAUSTED: _("the day's quota is used up"),
        Condition.PROBING: _("half-open, probing"),
        Condition.UNGUARDED: _("held closed") if _is_forced(figures) else _("it does not act"),
    }.get(condition, _("closed"))


def _is_forced(figures: UpstreamFigures) -> bool:
    return figures.upstream.breaker_mode == BreakerMode.FORCED_CLOSED


register.filter("in_english", in_english)
register.filter("error_in_words", error_in_words)
