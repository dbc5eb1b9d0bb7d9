"""For workers that run jobs of the tests' own, known to no table: RQ's hashes are their ledger."""

from __future__ import annotations

from config.settings.test import *  # noqa: F403

LIMITER_LEDGER = "limiter.rq.ledger.HashLedger"
LIMITER_ALLOWED_CALLABLES = None
LIMITER_WORKER_SLOTS = 8
LIMITER_WORKER_GRACE_SECONDS = 1
LIMITER_WORKER_LEASE_SECONDS = 2
