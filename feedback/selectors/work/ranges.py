"""The range that a page showed for a start, kept so that a later page can explain a later one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from limiter.selectors import Pace

LEAST, SHARE = 60.0, 0.2  # seconds, or this share of what is left: a smaller shift is no news
SLOWER = 1.2  # times as long


class DelayCause(StrEnum):
    """The reason why a start is later than a page has shown."""

    UNAVAILABLE = "unavailable"  # the provider was away
    RATE_LOWERED = "rate_lowered"  # it takes fewer requests a minute than before
    SLOWER_CALLS = "slower_calls"  # it takes longer over each request
    OTHERS = "others"  # work of others goes first


@dataclass(frozen=True, slots=True)
class Shown:
    """The start as a page has shown it, and the state of the upstream at that time."""

    latest: float  # the latest moment of the range, in seconds since the epoch
    pace: Pace
    was_paused: bool = False  # since then
    cause: DelayCause | None = None  # of this range, where it is later than one before it

    def dumps(self) -> str:
        return _SHOWN.dump_json(self).decode()

    @classmethod
    def loads(cls, text: str) -> Shown | None:
        """None for what is no range: an empty note, or one of another release."""
        try:
            return _SHOWN.validate_json(text)
        except ValidationError:
            return None


_SHOWN = TypeAdapter(Shown)


def compared(before: Shown | None, now: Shown, *, at: float) -> Shown:
    """What stands after `now` was found: the one from before where nothing is news, else `now`.

    The shown range stays the measure until a shift is news, so that a slow slide is noticed too.
    """
    if before is None:
        return now
    news = max(LEAST, SHARE * (before.latest - at))
    if now.latest > before.latest + news:
        return replace(now, cause=_why(before, now))
    return now if now.latest < before.latest - news else before


def _why(before: Shown, now: Shown) -> DelayCause:
    if before.was_paused:
        return DelayCause.UNAVAILABLE
    if _is_lower(now.pace.per_minute, before.pace.per_minute):
        return DelayCause.RATE_LOWERED
    if before.pace.call_seconds and now.pace.call_seconds > before.pace.call_seconds * SLOWER:
        return DelayCause.SLOWER_CALLS
    return DelayCause.OTHERS


def _is_lower(now: float | None, before: float | None) -> bool:
    """Rates, where None is no limit."""
    return now is not None and (before is None or now * SLOWER < before)
