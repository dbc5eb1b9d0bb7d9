"""The limits that a server reports of itself: those of its upstream are never above them.

Chat-completions servers name their limits with each answer. What the gate enforces is lowered to them at
once, as a version like any other, so that work waits in the queue and is not refused there; an operator alone
raises it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import DatabaseError

from feedback.base.connections import release_connection
from feedback.providers.base import RateLimit, RateLimits
from limiter.models import Upstream
from limiter.services import change_upstream

logger = logging.getLogger(__name__)

MINUTE = 60.0  # seconds; a limit that is whole again within it is one of a minute, another may be of a day
AUTHOR = "system"
_obeyed: dict[str, RateLimits] = {}  # what each upstream's server reported last, in this process


def obey(upstream: str, limits: RateLimits) -> bool:
    """Lower an upstream's limits a minute to what its server reports. False: they were within it already.

    Never raises: a call is under way, and the next one reports again.
    """
    known = RateLimits(_of_a_minute(limits.requests), _of_a_minute(limits.tokens))
    if known == RateLimits() or _obeyed.get(upstream) == known:
        return False
    try:
        lowered = _lower(upstream, known)
    except DatabaseError as error:
        logger.warning("what the server of %s reports of its limits waits: %s", upstream, error)
        return False
    finally:
        release_connection()
    _obeyed[upstream] = known
    return lowered


def forget() -> None:
    """Have this process look again at the next answer."""
    _obeyed.clear()


def _of_a_minute(limit: RateLimit | None) -> RateLimit | None:
    if limit is None or not limit.limit or limit.reset is None or limit.reset > MINUTE:
        return None
    return RateLimit(limit=limit.limit)


def _lower(upstream: str, known: RateLimits) -> bool:
    row = Upstream.objects.get(name=upstream)
    changes = dict(_changes(row, known))
    if changes:
        reason = "The server reports a lower limit of its own."
        change_upstream(upstream=upstream, changes=changes, author=AUTHOR, reason=reason)
    return bool(changes)


def _changes(row: Upstream, known: RateLimits) -> Iterator[tuple[str, int]]:
    for name, reported in (("requests_per_minute", known.requests), ("tokens_per_minute", known.tokens)):
        ours = getattr(row, name)
        if reported is not None and reported.limit and (ours is None or ours > reported.limit):
            yield name, reported.limit
