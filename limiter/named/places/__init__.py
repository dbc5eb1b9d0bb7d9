"""A named concurrency limit: its leases, and the thread that renews them while they are held."""

from __future__ import annotations

from .concurrency import Concurrency, ConcurrencyExceeded, concurrency
from .leases import Lease

__all__ = ["Concurrency", "ConcurrencyExceeded", "Lease", "concurrency"]
