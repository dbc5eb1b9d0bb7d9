"""The first configuration, taken from the environment once; after that the database rules.

settings.LIMITER_SEED is a dict from the environment's names (the fields of Seed in upper case) to
numbers, and a law or "off" for ADAPTIVE_LAW. What is missing or None takes the default of the profile. Where
LIMITER_SEED itself is None nothing is made: the project makes its own upstreams.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.loader import MigrationLoader

from limiter.algorithms.limits.model import Algorithm
from limiter.gate.model import Law
from limiter.gates import MEMORY, backend

REASON = "First configuration, from the environment."
AUTHOR = "seed"


@dataclass(frozen=True, slots=True)
class Seed:
    """What the environment may say about the first upstreams."""

    token_bucket_capacity: float = 100  # requests
    token_bucket_refill_rate: float = 1.67  # requests a second
    circuit_breaker_failure_threshold: int = 5  # failures in a row
    circuit_breaker_timeout: float = 60  # seconds
    max_in_flight: int | None = None  # calls to Bedrock at once; None: no limit
    offline_in_flight: int = 4  # work for this machine's own processors
    lease_seconds: float = 30
    adaptive_law: str = Law.CUBIC.value  # how the rate of Bedrock tunes itself, or OFF: it stays as it is
    adaptive_floor: float = 0.1  # shares of the configured rate between which it does
    adaptive_ceiling: float = 4.0
    adaptive_raise_after: int = 100  # aimd: calls that the provider took, for one rise


OFF = "off"
LAWS = (*(law.value for law in Law), OFF)
SOLO: dict[str, Any] = {  # 30 a minute, as many at once as threads, and fixed
    "token_bucket_capacity": 3,
    "token_bucket_refill_rate": 0.5,
    "adaptive_law": OFF,
}


def seed_settings() -> Seed:
    """LIMITER_SEED with its defaults. Raises ImproperlyConfigured with the name and what is expected."""
    given = {name: value for name, value in (_given() or {}).items() if value is not None}
    known = {field.name.upper() for field in fields(Seed)}
    for name, value in given.items():
        if name not in known:
            raise ImproperlyConfigured(
                f"LIMITER_SEED has no {name}: expected some of {', '.join(sorted(known))}."
            )
        if name == "ADAPTIVE_LAW":
            if value not in LAWS:
                raise ImproperlyConfigured(f"{name} is {value!r}: expected one of {', '.join(LAWS)}.")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise ImproperlyConfigured(f"{name} is {value!r}: expected a number above 0.")
    defaults = SOLO if backend() == MEMORY else {}
    return Seed(**{**defaults, **{name.lower(): value for name, value in given.items()}})


def _given() -> dict[str, Any] | None:
    given: dict[str, Any] | None = getattr(settings, "LIMITER_SEED", {})
    return given


@transaction.atomic
def seed_from_environment() -> bool:
    """Make the first plan and upstreams where there is none. False: there were some, or seeds are off."""
    from limiter.models import Plan, Upstream
    from limiter.services import create_plan, create_upstream

    if _given() is None or Upstream.objects.exists():
        return False
    seed = seed_settings()
    if not Plan.objects.exists():
        create_plan(name="standard", values={"is_default": True}, author=AUTHOR, reason=REASON)
    create_upstream(name="bedrock", values=_bedrock(seed), author=AUTHOR, reason=REASON)
    create_upstream(name="offline", values=_offline(seed), author=AUTHOR, reason=REASON)
    return True


def _bedrock(seed: Seed) -> dict[str, Any]:
    adaptive = seed.adaptive_law != OFF
    return {
        "target": "bedrock",
        "queue": "bedrock",
        "requests_algorithm": (Algorithm.ADAPTIVE if adaptive else Algorithm.TOKEN_BUCKET).value,
        "control_law": seed.adaptive_law if adaptive else Law.CUBIC.value,
        "control_floor": seed.adaptive_floor,
        "control_ceiling": seed.adaptive_ceiling,
        "control_raise_after": seed.adaptive_raise_after,
        "requests_per_minute": round(seed.token_bucket_refill_rate * 60, 6),
        "burst": seed.token_bucket_capacity,
        "max_in_flight": seed.max_in_flight,
        "lease_seconds": seed.lease_seconds,
        "breaker_failures": seed.circuit_breaker_failure_threshold,
        "breaker_open_seconds": seed.circuit_breaker_timeout,
        "breaker_open_max_seconds": max(600.0, seed.circuit_breaker_timeout),
    }


def _offline(seed: Seed) -> dict[str, Any]:
    return {
        "target": "offline",
        "queue": "offline",
        "max_in_flight": seed.offline_in_flight,
        "lease_seconds": seed.lease_seconds,
    }


def seed_after_migrate(using: str, **kwargs: object) -> None:
    """Seed once all tables are there (migrate may have stopped on the way, or gone backwards)."""
    if using == DEFAULT_DB_ALIAS:
        loader = MigrationLoader(connections[using])
        if set(loader.graph.leaf_nodes("limiter")) <= set(loader.applied_migrations):
            seed_from_environment()
