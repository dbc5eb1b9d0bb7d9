"""Signing in through a university's identity provider, over OpenID Connect and real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from config.settings.accounts import OIDC_ID, OPENID_CONNECT
from feedback.models import User
from tests.identity import CLIENT, SECRET, IdentityProvider, identity_provider

pytestmark = pytest.mark.django_db

Settings = Any
NORA = {"sub": "42", "email": "nora@uni.example", "email_verified": True, "name": "Nora New"}


@pytest.fixture
def university(settings: Settings) -> Iterator[IdentityProvider]:
    with identity_provider() as provider:
        app = {
            "provider_id": OIDC_ID, "name": "Uni Example", "client_id": CLIENT, "secret": SECRET,
            "settings": {"server_url": provider.url, "uid_field": "sub", "verified_email": False},
        }  # fmt: skip
        settings.SOCIALACCOUNT_PROVIDERS = {OPENID_CONNECT: {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
        settings.OIDC_NAME = "Uni Example"
        provider.person = dict(NORA)
        yield provider


def through(client: Client) -> Any:
    """The browser's whole way: from the link on our page to theirs, and back."""
    sent = client.get(f"/identity/{OIDC_ID}/")
    assert sent.status_code == 302
    there = urlsplit(sent["Location"])
    connection = HTTPConnection(str(there.netloc))
    connection.request("GET", f"{there.path}?{there.query}")
    back = urlsplit(str(connection.getresponse().headers["Location"]))
    connection.close()
    return client.get(f"{back.path}?{back.query}", follow=True)


def test_the_sign_in_page_offers_it(client: Client, university: IdentityProvider) -> None:
    assert "Sign in with Uni Example" in client.get("/sign-in/").content.decode()


def test_the_first_time_makes_the_account_and_the_second_finds_it(
    client: Client, university: IdentityProvider
) -> None:
    assert through(client).redirect_chain[-1][0] == "/"
    nora = User.objects.get()
    assert (nora.name, nora.email, nora.role) == ("Nora New", "nora@uni.example", "student")
    assert {"/authorize", "/token", "/person"} <= set(university.asked)
    client.post("/sign-out/")
    assert through(client).context["user"] == nora
    assert User.objects.count() == 1


def test_a_person_with_a_new_address_is_still_the_same(client: Client, university: IdentityProvider) -> None:
    through(client)
    client.post("/sign-out/")
    university.person["email"] = "nora.married@uni.example"
    assert through(client).context["user"] == User.objects.get()


def test_an_account_that_was_there_is_the_persons_own(client: Client, university: IdentityProvider) -> None:
    known = User.objects.create_user("nora@uni.example", "a quiet river")
    assert through(client).context["user"] == known


def test_an_unverified_address_is_confirmed_by_mail_first(
    client: Client, university: IdentityProvider
) -> None:
    university.person["email_verified"] = False
    assert through(client).redirect_chain[-1][0] == "/sign-up/confirm/"
    assert [each.to for each in mail.outbox] == [["nora@uni.example"]]
    assert client.get("/").status_code == 302


def test_an_unproved_address_takes_no_account_over(client: Client, university: IdentityProvider) -> None:
    User.objects.create_user("nora@uni.example", "a quiet river")
    university.person["email_verified"] = False
    through(client)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("email", ["nora@elsewhere.example", "nora@sub.uni.example", ""])
def test_a_foreign_address_is_turned_back_with_words(
    client: Client, university: IdentityProvider, settings: Settings, email: str
) -> None:
    settings.OIDC_DOMAINS = ["uni.example"]
    university.person["email"] = email
    answer = through(client)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This address is not of this site" in page
    assert "Accounts here are for addresses of uni.example." in page
    assert email in page
    assert not User.objects.exists()


def test_a_foreign_address_does_not_come_in_by_an_account_from_before_the_rule(
    client: Client, university: IdentityProvider, settings: Settings
) -> None:
    university.person["email"] = "nora@elsewhere.example"
    through(client)
    client.post("/sign-out/")
    settings.OIDC_DOMAINS = ["uni.example"]
    assert through(client).status_code == 403
    assert client.get("/").status_code == 302


def test_a_refusal_at_the_university_is_explained(client: Client, university: IdentityProvider) -> None:
    university.refuses = True
    assert through(client).redirect_chain[-1][0] == "/identity/cancelled/"
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_named_on_the_sign_in_page(
    client: Client, university: IdentityProvider, settings: Settings
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS[OPENID_CONNECT]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = client.get(f"/identity/{OIDC_ID}/", follow=True)
    assert answer.redirect_chain == [("/sign-in/", 302)]
    assert "Uni Example cannot be reached right now." in answer.content.decode()


def test_what_is_connected_with_an_account_is_named(client: Client, university: IdentityProvider) -> None:
    through(client)
    assert "Uni Example, nora@uni.example" in client.get("/account/identities/").content.decode()
