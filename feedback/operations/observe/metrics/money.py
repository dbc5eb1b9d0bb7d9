"""Counters of money: what calls cost and what sharing spared, counted once it stands."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.db import transaction

from . import counters


def spent(*, upstream: str, currency: str, amount: Decimal) -> None:
    counted = counters.spend.labels(upstream, currency)
    transaction.on_commit(partial(counted.inc, float(amount)))


def used(*, upstream: str, tier: str, measured: bool) -> None:
    """A call ended for which its provider asks money."""
    figures = "measured" if measured else "estimated"
    transaction.on_commit(counters.paid_calls.labels(upstream, tier or "default", figures).inc)


def spared(*, how: str, tokens: int) -> None:
    """A job got its result without a call of its own; `how` is a Job.Shared."""
    transaction.on_commit(partial(_spared, how, tokens))


def _spared(how: str, tokens: int) -> None:
    counters.coalesced.labels(how).inc()
    counters.saved_tokens.labels(how).inc(tokens)
