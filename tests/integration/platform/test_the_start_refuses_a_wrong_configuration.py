from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.env import BASE_DIR

SECRET = "not-a-real-secret-but-long-and-varied-enough-0123456789"
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "feedback.example.edu",
    "DATABASE_URL": "postgres://user:password@db.example.edu/marginalia",
    "REDIS_URL": "redis://redis.example.edu:6379/0",
}
UNSET = ""  # as good as not set, and goes before what a checkout's .env says


def start(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(BASE_DIR), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "name", "expected"),
    [
        ({"PROFILE": "huge"}, "PROFILE", "one of solo, team, campus, enterprise"),
        ({"DATABASE_URL": "sqlite:///db"}, "DATABASE_URL", "postgres://"),
        ({"REDIS_URL": "localhost"}, "REDIS_URL", "redis://"),
        ({"TOKEN_BUCKET_REFILL_RATE": "fast"}, "TOKEN_BUCKET_REFILL_RATE", "a number"),
        ({**PRODUCTION, "SECRET_KEY": UNSET}, "SECRET_KEY", "50 random characters"),
        ({**PRODUCTION, "ALLOWED_HOSTS": UNSET}, "ALLOWED_HOSTS", "host names"),
        ({**PRODUCTION, "FEEDBACK_UPSTREAM": "simulated"}, "FEEDBACK_UPSTREAM", "'bedrock' or 'offline'"),
        ({**PRODUCTION, "DATABASE_URL": UNSET}, "DATABASE_URL", "ALLOW_EMBEDDED_SERVERS"),
        ({**PRODUCTION, "REDIS_URL": UNSET}, "REDIS_URL", "ALLOW_EMBEDDED_SERVERS"),
    ],
)
def test_one_line_names_the_variable_and_what_is_expected(
    variables: dict[str, str], name: str, expected: str
) -> None:
    _is_refused("manage.py", "check", variables=variables, name=name, expected=expected)


def test_the_web_servers_entry_refuses_it_in_the_same_words() -> None:
    variables = {**PRODUCTION, "REDIS_URL": "localhost"}
    _is_refused("-m", "config.asgi", variables=variables, name="REDIS_URL", expected="redis://")


def _is_refused(*command: str, variables: dict[str, str], name: str, expected: str) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.development", **variables}
    refused = start(*command, **settings)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"marginalia: {name} ")
    assert expected in line
    assert refused.stdout == ""


def test_production_passes_djangos_deployment_check_without_a_warning() -> None:
    checked = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == "System check identified no issues (0 silenced).\n"


def test_a_small_production_site_may_ask_for_the_embedded_servers() -> None:
    small = {**PRODUCTION, "DATABASE_URL": UNSET, "REDIS_URL": UNSET, "ALLOW_EMBEDDED_SERVERS": "true"}
    assert start("manage.py", "check", **small).returncode == 0


def test_production_has_no_queue_for_simulated_answers() -> None:
    code = "from django.conf import settings as s; print(*s.RQ_QUEUES, *s.LIMITER_QUEUES)"
    asked = start("-c", code, **PRODUCTION)
    assert "bedrock" in asked.stdout, asked.stderr
    assert "simulated" not in asked.stdout


def test_solo_needs_no_redis() -> None:
    code = "from django.conf import settings as s; print(s.LIMITER_BACKEND, s.EMBEDDED_REDIS)"
    asked = start("-c", code, PROFILE="solo", DJANGO_SETTINGS_MODULE="config.settings.test")
    assert asked.stdout == "memory False\n", asked.stderr
