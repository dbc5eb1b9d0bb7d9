"""What LIMITS, BREAKERS and LIMITS_SITE may hold is checked before the process starts."""

from __future__ import annotations

import math
import subprocess
import sys
from decimal import Decimal

import pytest
from pytest_django import Settings

from limiter.named.checks import check_named


def test_the_projects_own_limits_pass() -> None:
    assert check_named(None) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"rate": "30"}, "30/m"),
        ({"rate": "0/m"}, "positive"),
        ({}, "rate"),
        ({"rate": "30/m", "algorithm": "roulette"}, "algorithm"),
        ({"rate": "30/m", "burst": 0.5}, "at least 1"),
        ({"rate": "30/m", "bust": 3}, "bust"),
        ({"rate": "30/m", "algorithm": "sliding_log", "burst": 3}, "no burst"),
        ({"rate": "1.5/m", "algorithm": "fixed_window"}, "whole units"),
        ({"rate": "30/m", "floor": "3/m"}, "floor"),
        ({"rate": "30/m", "algorithm": "adaptive", "floor": "40/m"}, "floor <= rate"),
        ({"rate": "999999999/d"}, "exactly"),
        ({"rate": "30/m", "burst": math.nan}, "burst is nan: expected a number"),
        ({"rate": "30/m", "burst": math.inf}, "burst is inf: expected a number"),
        ({"rate": "30/m", "burst": True}, "burst is True"),
        ({"rate": "30/m", "burst": "5"}, "burst is '5'"),
        ({"rate": "30/m", "burst": Decimal(5)}, "burst is Decimal('5')"),
        ({"rate": "30/m", "burst": 1e300}, "burst is 1e+300"),
        ({"rate": "\u0663/m"}, "a rate reads"),  # digits of another script
        ({"rate": 30}, "rate is 30: expected a text"),
        ("30/m", "is no dict"),
    ],
)
def test_nonsense_under_a_limit_is_named(settings: Settings, entry: object, words: str) -> None:
    settings.LIMITS = {"emails": entry}
    [error] = check_named(None)
    assert error.id == "limiter.E010"
    assert error.hint is not None
    assert "emails" in error.msg
    assert words in error.msg


@pytest.mark.parametrize(
    ("setting", "value", "id"),
    [
        ("LIMITS", ["emails"], "limiter.E010"),
        ("LIMITS", {'a"b': {"rate": "1/s"}}, "limiter.E010"),
        ("BREAKERS", {"library": {"failures": 0}}, "limiter.E011"),
        ("BREAKERS", {"library": {"open_seconds": "soon"}}, "limiter.E011"),
        ("CONCURRENCY", {"reports": {"most": 0}}, "limiter.E013"),
        ("CONCURRENCY", {"reports": {}}, "limiter.E013"),
        ("CONCURRENCY", {"reports": 4}, "limiter.E013"),
        ("LIMITS_SITE", {"nowhere": "address"}, "limiter.E012"),
        ("LIMITS_SITE", {"submit": "shoe size"}, "limiter.E012"),
    ],
)
def test_other_nonsense_is_found_as_well(settings: Settings, setting: str, value: object, id: str) -> None:
    setattr(settings, setting, value)
    assert [message.id for message in check_named(None)] == [id]


@pytest.mark.parametrize("name", ["failures", "probes", "successes", "open_seconds", "open_max_seconds"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 0, True, "3", Decimal(3), 10**400, 10**10])
def test_a_breakers_number_is_a_number_in_its_range(settings: Settings, name: str, value: object) -> None:
    settings.BREAKERS = {"library": {name: value}}
    [error] = check_named(None)
    assert error.msg.startswith(f"BREAKERS['library']: {name} is ")


@pytest.mark.parametrize("name", ["most", "lease_seconds"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 0, True, "3", Decimal(3), 10**400, 10**10])
def test_a_concurrency_limits_number_is_one_in_its_range(
    settings: Settings, name: str, value: object
) -> None:
    settings.CONCURRENCY = {"reports": {"most": 4, name: value}}
    [error] = check_named(None)
    assert error.msg.startswith(f"CONCURRENCY['reports']: {name} is ")


def test_the_longest_open_time_follows_the_first_unless_it_is_given(settings: Settings) -> None:
    settings.BREAKERS = {"library": {"open_seconds": 900}}
    assert check_named(None) == []
    settings.BREAKERS = {"library": {"open_seconds": 900, "open_max_seconds": 60}}
    [error] = check_named(None)
    assert "open_max_seconds is shorter than open_seconds" in error.msg


def test_importing_the_face_needs_neither_settings_nor_redis() -> None:
    script = "import sys, limiter; print(sorted({'django', 'redis', 'rq'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
