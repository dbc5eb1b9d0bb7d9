"""A second factor: set up, asked for at signing in, replaced by recovery codes, sealed at rest."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    validate_totp_code,
)
from django.core.cache import cache
from django.test import Client

from feedback.models import User
from feedback.portal.accounts import secrets
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

Settings = Any


def code_of(secret: str, moment: float | None = None) -> str:
    """What an app shows then, or now."""
    step = int(moment or time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(secret, step)))


def sign_in(user: User) -> tuple[Client, str]:
    client = Client()
    answer = client.post("/sign-in/", {"login": user.email, "password": PASSWORD})
    return client, answer["Location"]


def set_up(owner: User) -> tuple[User, str]:
    """An app, through the pages; returns its secret as well."""
    client, _ = sign_in(owner)
    here = "/account/second-factor/app/"
    client.post(f"/account/confirm/?next={here}", {"password": PASSWORD})
    page = client.get(here).content.decode()
    found = re.search(r'id="secret" type="text" value="([A-Z2-7]+)"', page)
    assert found is not None
    answer = client.post(here, {"code": code_of(found[1])})
    assert answer.status_code == 302, answer.content.decode()
    return owner, found[1]


@pytest.fixture
def protected(owner: User) -> tuple[User, str]:
    return set_up(owner)


def test_the_password_alone_opens_nothing(protected: tuple[User, str]) -> None:
    client, led_to = sign_in(protected[0])
    assert led_to == "/sign-in/code/"
    assert client.get("/").status_code == 302


def test_the_code_of_the_app_opens(protected: tuple[User, str]) -> None:
    user, secret = protected
    client, _ = sign_in(user)
    cache.clear()  # a code that was used waits half a minute for the next one
    assert client.post("/sign-in/code/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/").status_code == 200


def test_the_code_that_set_it_up_opens_nothing(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000)  # it is shown all the while
    user, secret = set_up(owner)
    client, _ = sign_in(user)
    answer = client.post("/sign-in/code/", {"code": code_of(secret)})
    assert "Incorrect code" in answer.content.decode()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(("seconds_later", "opens"), [(0, True), (59, True), (60, False)])
def test_a_code_is_taken_for_one_more_step_than_it_is_shown(
    monkeypatch: pytest.MonkeyPatch, seconds_later: int, opens: bool
) -> None:
    secret, shown = generate_totp_secret(), 1_800_000_000  # the first second of a step
    code = code_of(secret, shown)
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: shown + seconds_later)
        assert validate_totp_code(secret, code) is opens


def test_a_wrong_code_is_refused_at_its_field(protected: tuple[User, str]) -> None:
    client, _ = sign_in(protected[0])
    answer = client.post("/sign-in/code/", {"code": "000000"})
    assert "Incorrect code" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_guessing_codes_is_limited_by_account(protected: tuple[User, str]) -> None:
    user, _ = protected
    answers = []
    for _turn in range(6):  # each with a session of its own
        client, _ = sign_in(user)
        answers += [client.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(2)]
    assert answers == [200] * 10 + [429] * 2


def test_a_recovery_code_opens_once(protected: tuple[User, str]) -> None:
    user, _ = protected
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    client, _ = sign_in(user)
    assert client.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    again, _ = sign_in(user)
    assert again.post("/sign-in/code/", {"code": codes[0]}).status_code == 200
    assert again.get("/").status_code == 302


def test_secrets_lie_sealed_in_the_database(protected: tuple[User, str]) -> None:
    for each in Authenticator.objects.all():
        assert protected[1] not in str(each.data)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secrets.unseal(kept) == protected[1]


def test_a_secret_outlives_a_change_of_the_sites_key(settings: Settings) -> None:
    sealed = secrets.seal("KEEP")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert secrets.unseal(sealed) == "KEEP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(sealed)


def test_switching_it_off_asks_for_the_password_once_more(protected: tuple[User, str]) -> None:
    user, _ = protected
    client = Client()
    client.force_login(user)  # a session that was not opened with a password just now
    answer = client.get("/account/second-factor/app/off/")
    assert answer["Location"].startswith("/account/confirm/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()
