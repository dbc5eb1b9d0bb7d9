from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from limiter.configuration.seed import seed_after_migrate, seed_from_environment, seed_settings
from limiter.gate.memory import MemoryGate
from limiter.models import ConfigVersion, FlowOverride, Plan, Upstream

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture
def nothing(transactional_db: None, gate: MemoryGate) -> None:
    for model in (ConfigVersion, FlowOverride, Upstream, Plan):
        model.objects.all().delete()


@pytest.mark.usefixtures("nothing")
def test_the_environment_makes_the_first_upstreams(settings: Settings, gate: MemoryGate) -> None:
    settings.LIMITER_SEED = {
        "TOKEN_BUCKET_CAPACITY": 50,
        "TOKEN_BUCKET_REFILL_RATE": 1.67,
        "CIRCUIT_BREAKER_FAILURE_THRESHOLD": 7,
        "CIRCUIT_BREAKER_TIMEOUT": 90,
    }
    assert seed_from_environment()
    bedrock = Upstream.objects.get(name="bedrock")
    assert bedrock.burst == 50
    assert bedrock.requests_per_minute == pytest.approx(100.2)
    assert (bedrock.breaker_failures, bedrock.breaker_open_seconds) == (7, 90)
    assert Plan.objects.get(is_default=True).weight == 1
    assert gate.status("bedrock").requests_per_minute == pytest.approx(100.2)
    assert gate.status("offline").requests_per_minute is None
    assert Upstream.objects.get(name="offline").max_in_flight == 4


@pytest.mark.usefixtures("nothing")
@pytest.mark.parametrize(
    ("law", "algorithm", "kept"), [("aimd", "adaptive", "aimd"), ("off", "token_bucket", "cubic")]
)
def test_the_environment_says_how_the_rate_tunes_itself(
    settings: Settings, law: str, algorithm: str, kept: str
) -> None:
    settings.LIMITER_SEED = {"ADAPTIVE_LAW": law, "ADAPTIVE_RAISE_AFTER": 20, "ADAPTIVE_CEILING": 2}
    seed_from_environment()
    bedrock = Upstream.objects.get(name="bedrock")
    assert (bedrock.requests_algorithm, bedrock.control_law) == (algorithm, kept)
    assert (bedrock.control_raise_after, bedrock.control_ceiling) == (20, 2)


def test_a_law_that_does_not_exist_is_named(settings: Settings) -> None:
    settings.LIMITER_SEED = {"ADAPTIVE_LAW": "murphy"}
    with pytest.raises(
        ImproperlyConfigured, match="ADAPTIVE_LAW is 'murphy': expected one of aimd, cubic, off"
    ):
        seed_settings()


@pytest.mark.usefixtures("nothing")
def test_afterwards_the_database_rules(settings: Settings) -> None:
    seed_from_environment()
    Upstream.objects.filter(name="bedrock").update(burst=9)
    settings.LIMITER_SEED = {"TOKEN_BUCKET_CAPACITY": 50}
    assert not seed_from_environment()
    assert Upstream.objects.get(name="bedrock").burst == 9


@pytest.mark.usefixtures("nothing")
def test_migrating_seeds() -> None:
    call_command("migrate", verbosity=0)
    assert set(Upstream.objects.values_list("name", flat=True)) == {"bedrock", "offline"}


@pytest.mark.usefixtures("nothing")
def test_a_migration_that_stops_on_the_way_seeds_nothing() -> None:
    recorder = MigrationRecorder(connection)
    (last,) = MigrationLoader(connection).graph.leaf_nodes("limiter")
    recorder.record_unapplied(*last)
    try:
        seed_after_migrate(using="default")
        assert not Upstream.objects.exists()
    finally:
        recorder.record_applied(*last)


def test_solo_starts_with_thirty_a_minute(settings: Settings) -> None:
    settings.LIMITER_BACKEND, settings.LIMITER_SEED = "memory", {"TOKEN_BUCKET_CAPACITY": None}
    seed = seed_settings()
    assert (seed.token_bucket_refill_rate * 60, seed.token_bucket_capacity) == (30, 3)


@pytest.mark.parametrize("value", ["many", 0, -1, True])
def test_a_value_that_is_no_number_above_nothing_is_named(settings: Settings, value: object) -> None:
    settings.LIMITER_SEED = {"TOKEN_BUCKET_CAPACITY": value}
    with pytest.raises(ImproperlyConfigured, match=r"TOKEN_BUCKET_CAPACITY is .*: expected a number above 0"):
        seed_settings()


def test_a_name_that_means_nothing_is_refused(settings: Settings) -> None:
    settings.LIMITER_SEED = {"TOKEN_BUCKET_SIZE": 3}
    with pytest.raises(ImproperlyConfigured, match="no TOKEN_BUCKET_SIZE: expected some of"):
        seed_settings()
