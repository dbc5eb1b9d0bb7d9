"""The table of all faults, in the order in which they are run: those that spoil a stage come last."""

from __future__ import annotations

from . import (
    machine_faults,
    network_faults,
    people_faults,
    postgres_faults,
    process_faults,
    provider_faults,
    redis_faults,
    scene,
)

__all__ = [
    "machine_faults", "network_faults", "people_faults", "postgres_faults", "process_faults",
    "provider_faults", "redis_faults",
]  # fmt: skip

FAULTS = dict(sorted(scene.FAULTS.items(), key=lambda each: each[1].spoils))
