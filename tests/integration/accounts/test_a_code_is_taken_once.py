"""A code of an app opens once, however many processes serve the site, and as long as it is a code at all."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta

import pytest
import redis
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.models import F
from django.test import Client

from feedback.models import CacheEntry, User
from tests.factories.people import PASSWORD
from tests.integration.accounts import REFUSED
from tests.running import ROOT

PROCESSES = 4


@pytest.fixture
def code(owner: User) -> str:
    """What the owner's app shows for the step after this one, which is taken already and for a while."""
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    step = int(time.time()) // app_settings.TOTP_PERIOD + 1
    return str(format_hotp_value(hotp_value(secret, step)))


def opens(owner: User, code: str) -> bool:
    client = Client()
    client.post("/sign-in/", {"login": owner.email, "password": PASSWORD})
    client.post("/sign-in/code/", {"code": code})
    return client.get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_processes_that_get_it_at_the_same_moment_one_lets_in(
    owner: User, code: str, child_environment: dict[str, str], redis_client: redis.Redis
) -> None:
    command = [sys.executable, "-m", "tests.integration.accounts.sign_in_at_once"]
    arguments = [owner.email, code, str(time.time() + 6)]
    started = [
        subprocess.Popen([*command, *arguments], cwd=ROOT, env=child_environment) for _ in range(PROCESSES)
    ]
    ended = sorted(process.wait(120) for process in started)
    assert ended == [0, *[REFUSED] * (PROCESSES - 1)]


@pytest.mark.django_db
def test_it_does_not_open_again_while_it_is_still_a_code(owner: User, code: str) -> None:
    assert opens(owner, code)
    CacheEntry.objects.update(expires=F("expires") - timedelta(seconds=app_settings.TOTP_PERIOD + 1))
    assert not opens(owner, code)
    assert not opens(owner, f"{code[:3]} {code[3:]}")


@pytest.mark.django_db
def test_once_more_on_a_page_that_asks_again_is_once_too_often(owner: User, code: str) -> None:
    client = Client()
    client.post("/sign-in/", {"login": owner.email, "password": PASSWORD})
    client.post("/sign-in/code/", {"code": code})
    CacheEntry.objects.update(expires=F("expires") - timedelta(seconds=app_settings.TOTP_PERIOD + 1))
    answer = client.post("/account/confirm/code/", {"code": code})
    assert "Incorrect code" in answer.content.decode()


# Where it is kept -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_over_goes_when_something_new_is_kept() -> None:
    cache = caches["default"]
    for number in range(3):
        cache.set(f"old-{number}", "y", timeout=60)
    CacheEntry.objects.update(expires=F("expires") - timedelta(minutes=2))
    cache.add("new", "y", timeout=60)
    assert [entry.cache_key for entry in CacheEntry.objects.all()] == [":1:new"]


@pytest.mark.django_db
def test_what_is_over_is_found_by_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "cache_entry_expires" in CacheEntry.objects.over().explain()


@pytest.mark.django_db
def test_the_table_is_the_one_that_django_would_make() -> None:
    cache = caches["default"]
    assert isinstance(cache, DatabaseCache)
    assert cache.cache_model_class._meta.db_table.strip('"') == CacheEntry._meta.db_table
    assert [field.name for field in CacheEntry._meta.fields] == ["cache_key", "value", "expires"]
