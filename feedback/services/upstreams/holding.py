"""Work that finds its provider refusing the account holds the upstream; work that is accepted lets it go.

Where nothing waits for a held upstream, a short call of our own tries it (`try_idle`). It passes no line, and
nothing else gets through meanwhile.
"""

from __future__ import annotations

import logging
import threading
from typing import Protocol, runtime_checkable

from django.db import Error as DatabaseError

from feedback.base.connections import release_connection
from feedback.dispatch.upstreams import provider_for
from feedback.models import Job
from feedback.operations import causes
from feedback.providers.base import AccountRefused, ProviderError
from feedback.providers.errors.redaction import redact
from feedback.providers.short_call import is_accepted
from limiter import selectors as limiter
from limiter import services

from .error_texts import as_classed

logger = logging.getLogger(__name__)

CALL_SECONDS = 20.0  # for the provider to take a short call
RESERVED_SECONDS = 60.0  # after which another may try, should the one that tried be gone
OPEN = (Job.State.HELD, Job.State.WAITING, Job.State.RUNNING)


_read_in: dict[str, int] = {}  # by upstream: the generation of its hold in which they were read last
_reading = threading.Lock()


@runtime_checkable
class Closing(Protocol):
    """A provider that holds connections and credentials."""

    def close(self) -> None: ...


class Trial:
    """The trial of an upstream's hold by one call of work, which begins now.

    A hold that can't be written is left to the next call, which finds the same.
    """

    def __init__(self, upstream: str, hold_state: limiter.HoldState | None) -> None:
        self._upstream, self._hold_state = upstream, hold_state

    @classmethod
    def of(cls, job: Job) -> Trial:
        """By the call of a job that was claimed just now, with its upstream's hold."""
        return cls(job.upstream, limiter.hold_state_with(job))

    def begins(self) -> None:
        """What this process holds may be what another was refused with, before the hold's last move."""
        if self._hold_state is not None:
            _keep_up(self._upstream, self._hold_state.generation)

    def passed(self) -> None:
        """The provider accepted the call."""
        if self._hold_state is None or not self._hold_state.on_trial:
            return
        try:
            services.end_hold(upstream=self._upstream, generation=self._hold_state.generation)
        except DatabaseError as error:
            logger.warning("%s stays on trial: %s", self._upstream, error)
        release_connection()

    def refused(self, error: AccountRefused) -> None:
        """The provider refused the account."""
        _read_credentials_anew(self._upstream)
        if self._hold_state is None:
            return
        try:
            held = services.hold(
                upstream=self._upstream,
                cause=error.cause or "unknown",
                reason=reason_of(error),
                generation=self._hold_state.generation,
            )
        except DatabaseError as problem:
            logger.warning("%s could not be held: %s", self._upstream, problem)
            return
        if held:
            logger.error("%s is held: %s", self._upstream, reason_of(error))


def reason_of(error: ProviderError) -> str:
    """For the history: the cause in words, and the provider's own without what is private."""
    reply = redact(error.reply.text if error.reply else str(error))
    words = f"Held by itself: {causes.in_words(error.cause)}."
    return f"{words} {reply}".strip()


def try_idle() -> int:
    """Try each held upstream that is due and that nothing waits for; returns how many were let go."""
    idle = [name for name in limiter.held_upstreams() if not _has_work(name)]
    return sum(_tried(name) for name in idle)


def _has_work(upstream: str) -> bool:
    return Job.objects.filter(upstream=upstream, state__in=OPEN).exists()


def _tried(upstream: str) -> bool:
    try:
        provider = provider_for(upstream)
    except LookupError:
        return False  # these settings have no provider for it: another process tries it
    generation = services.take_trial(upstream, seconds=RESERVED_SECONDS)
    if generation is None:
        return False
    _keep_up(upstream, generation)
    try:
        is_accepted(provider, seconds=CALL_SECONDS)
    except ProviderError as raised:
        _tried_in_vain(upstream, as_classed(raised), generation)
        return False
    return services.end_hold(upstream=upstream, generation=generation)


def _tried_in_vain(upstream: str, error: ProviderError, generation: int) -> None:
    """A refusal of the account lengthens the hold; anything else says nothing of it, and it is due again."""
    logger.info("%s stays held: %s: %s", upstream, type(error).__name__, error)
    if isinstance(error, AccountRefused):
        _read_credentials_anew(upstream)
        services.hold_again(
            upstream=upstream, cause=error.cause, reason=reason_of(error), generation=generation
        )


def _keep_up(upstream: str, generation: int) -> None:
    with _reading:
        if _read_in.setdefault(upstream, generation) != generation:
            _read_in[upstream] = generation
            _read_credentials_anew(upstream)


def _read_credentials_anew(upstream: str) -> None:
    """With the next call, whatever class of error it was that refused the account."""
    provider = provider_for(upstream)
    if isinstance(provider, Closing):
        provider.close()
