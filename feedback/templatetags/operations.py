"""Figures in words, for the admin's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from feedback.causes import cause_of
from feedback.selectors.operations.figures import UpstreamFigures
from feedback.selectors.operations.health import Level
from limiter.gate import BreakerMode, BreakerState

register = template.Library()

CENT = Decimal("0.01")
ICONS = {Level.WELL: "check_circle", Level.SLOW: "warning", Level.DOWN: "error"}


@register.filter
def level_icon(level: Level) -> str:
    return ICONS[level]


@register.filter
def length_of(length: timedelta | None) -> str:
    """As people say it: 40 s, 12 min, 3 h 5 min."""
    if length is None:
        return _("nobody waits")
    seconds = max(0, round(length.total_seconds()))
    if seconds < 100:
        return _("%(seconds)d s") % {"seconds": seconds}
    minutes = round(seconds / 60)
    if minutes < 100:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


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
    if figures.upstream.paused:
        return StateWords(_("paused"), "pause_circle", "slow")
    if figures.upstream.is_held:
        words = _("held: %(why)s") % {"why": _(cause_of(figures.upstream.held_cause).words)}
        return StateWords(words, "pause_circle", "down")
    if figures.status is None:
        return StateWords(_("the gate does not answer"), "error", "down")
    live = figures.status.live
    if live.breaker is BreakerState.CLOSED:
        held = live.breaker_mode is BreakerMode.FORCED_CLOSED
        return StateWords(_("held closed") if held else _("closed"), "check_circle", "well")
    if live.breaker is BreakerState.HALF_OPEN:
        return StateWords(_("half-open, probing"), "radio_button_partial", "slow")
    if live.breaker_mode is BreakerMode.FORCED_OPEN:
        return StateWords(_("held open"), "error", "down")
    probe = figures.probe_in
    words = _("open") if probe is None else _("open, probe in %(seconds)d s") % {"seconds": probe}
    return StateWords(words, "error", "down")
